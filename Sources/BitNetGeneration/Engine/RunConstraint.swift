internal import BitNetModels
internal import BitNetTensors
internal import BitNetTokenizers

/// What a constraint allows one generation, token by token.
struct RunConstraint: Sendable {
    private(set) var matcher: ConstraintMatcher
    /// The tokens that may come next.
    private(set) var mask: TokenMask
    /// Seconds spent on masks and on following the text.
    private(set) var seconds = 0.0
    /// End tokens that are left out because the generation is to go on behind them.
    private let ignoredEnds: Set<TokenID>
    private let clock = ContinuousClock()

    /// Throws if `constraint` is for another vocabulary.
    init?(_ request: GenerationRequest, _ context: GenerationContext) throws {
        guard let constraint = request.constraint else { return nil }
        guard constraint.vocabulary.count == context.vocabularySize else {
            throw GenerationParameterError(
                field: "constraint",
                found: "one for a vocabulary of \(constraint.vocabulary.count) tokens",
                expected: "one for this model's \(context.vocabularySize) tokens")
        }
        matcher = try constraint.makeMatcher()
        mask = TokenMask([], vocabularyCount: context.vocabularySize)
        ignoredEnds = request.parameters.ignoreEndOfText ? context.endTokens : []
    }

    /// Finds the tokens that may come next, when with this one `remaining` may still come.
    mutating func prepare(remaining: Int) throws {
        let start = clock.now
        mask = try matcher.mask(remainingTokens: remaining)
        if !ignoredEnds.isEmpty, matcher.isComplete {
            let tokens = mask.tokens.lazy.filter { [ignoredEnds] in !ignoredEnds.contains($0) }
            mask = TokenMask(tokens, vocabularyCount: mask.vocabularyCount)
        }
        seconds += start.duration(to: clock.now) / .seconds(1)
    }

    /// Notes that `token`, one of the mask, was drawn.
    mutating func accept(_ token: TokenID) throws {
        let start = clock.now
        let isAccepted = try matcher.accept(token)
        assert(isAccepted, "token \(token) is in the mask and does not follow")
        seconds += start.duration(to: clock.now) / .seconds(1)
    }
}

extension GenerationRun {
    /// How many tokens may still be drawn.
    private var room: Int {
        min(limit - generatedCount, context.contextLength + 1 - text.count)
    }

    /// Finds what may come next, where there is a constraint.
    func prepareConstraint() throws {
        try constraint?.prepare(remaining: room)
    }

    /// The logits to draw from when only the tokens of `mask` may come.
    func selection(among mask: TokenMask) -> LogitSelection {
        if request.alternatives != nil { return .all }
        guard let count = sampler.selectionCount else { return .allowed(mask) }
        return .greatest(count: count, including: processor.touchedTokens, among: mask)
    }

    /// Draws one of the allowed tokens from a row that biases and penalties have changed.
    ///
    /// Where biases ban all that are allowed, the constraint comes first and they are left out.
    func draw(_ logits: inout [Float], _ row: LogitsRow) throws -> TokenID {
        guard let mask = constraint?.mask else { return try sampler.sample(logits, of: row.tokens) }
        if row.tokens == nil { mask.exclude(from: &logits) }
        do {
            return try sampler.sample(logits, of: row.tokens)
        } catch let error where error.code == .noTokenLeft {
            logits = row.logits
            if row.tokens == nil { mask.exclude(from: &logits) }
            return try sampler.sample(logits, of: row.tokens)
        }
    }
}
