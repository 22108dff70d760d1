public import BitNetTensors
public import BitNetTokenizers

/// Follows one generated text through a constraint, and says which tokens may come next.
///
/// A value: a copy goes its own way from where it was copied.
public struct ConstraintMatcher: Sendable {
    /// Whether the text so far satisfies the constraint; it may still be allowed to go on.
    public private(set) var isComplete = false
    /// Whether nothing may follow the text so far.
    public private(set) var mustEnd = false
    /// The least number of bytes that make the text satisfy the constraint.
    public private(set) var leastBytesLeft = 0

    private let machine: SharedMachine
    private let vocabulary: ConstraintVocabulary
    private var state: Int32 = 0

    init(_ machine: SharedMachine, _ vocabulary: ConstraintVocabulary) throws(ConstraintError) {
        self.machine = machine
        self.vocabulary = vocabulary
        try enter(try machine.with { $0.start })
    }

    /// The tokens that may come next; those that end the text are among them where it is complete.
    ///
    /// With `remainingTokens`, how many may still come, it leaves out tokens behind which the text
    /// could no longer be completed with the others (where each byte takes a token of its own).
    /// If it can't be completed anyway, those are left that lead nearest to the end.
    ///
    /// Costs a look-up where the state was met before; otherwise up to about a millisecond with
    /// 128,256 tokens. Throws when nothing can follow.
    public func mask(remainingTokens: Int? = nil) throws(ConstraintError) -> TokenMask {
        let mask = try machine.with { (machine) throws(ConstraintError) in
            try machine.mask(state, remaining: remainingTokens)
        }
        guard mask.count > 0 || mustEnd else {
            throw ConstraintError(
                .stuck, place: "the generated text",
                found: "a vocabulary without a token that could come next",
                expected: "a vocabulary with a token for each byte, or another grammar")
        }
        return mask
    }

    /// Notes that `token` was chosen; false, and nothing is noted, if the text can't go on with it.
    ///
    /// A token that ends the text is taken where the text is complete.
    public mutating func accept(_ token: TokenID) throws(ConstraintError) -> Bool {
        if vocabulary.endTokens.contains(token) { return isComplete }
        guard !vocabulary.tokenizer.isSpecial(token) else { return false }
        return try accept(bytes: vocabulary.tokenizer.bytes(of: token))
    }

    /// Notes that `bytes` follow; false, and nothing is noted, if they can't.
    public mutating func accept(bytes: [UInt8]) throws(ConstraintError) -> Bool {
        let from = state
        let next = try machine.with { (machine) throws(ConstraintError) in
            try machine.advance(from, bytes)
        }
        guard let next else { return false }
        try enter(next)
        return true
    }

    private mutating func enter(_ state: Int32) throws(ConstraintError) {
        self.state = state
        let (isComplete, mustEnd, left) = try machine.with {
            ($0.isComplete(state), $0.mustEnd(state), $0.distance(state))
        }
        self.isComplete = isComplete
        self.mustEnd = mustEnd
        leastBytesLeft = left
    }
}
