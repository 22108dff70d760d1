internal import BitNetTokenizers

/// Drafts tokens of a sequence to be computed together with its last one.
///
/// Drafts are guesses: they change how many tokens a pass yields, never which.
struct Drafter: Sendable {
    private var proposer: NGramProposer
    private var policy = DraftPolicy()
    private let maximum: Int

    /// Drafts of up to `maximum` tokens behind `prompt`, in a context of `capacity`.
    init(maximum: Int, prompt: [TokenID], capacity: Int) {
        self.maximum = maximum
        proposer = NGramProposer(capacity: capacity)
        // A prompt's own repetitions say nothing about the answer's: no lesson is drawn from them.
        for token in prompt { _ = proposer.append(token) }
    }

    /// Adds a generated token, and learns from it.
    mutating func accept(_ token: TokenID) {
        let matchLength = proposer.matchLength
        if let wasRight = proposer.append(token) {
            policy.learn(wasRight: wasRight, matchLength: matchLength)
        }
    }

    /// Up to `limit` tokens that are likely to follow; none when computing them would not pay.
    func draft(atMost limit: Int) -> [TokenID] {
        let length = policy.draftLength(
            matchLength: proposer.matchLength, limit: min(limit, maximum))
        return proposer.propose(length)
    }
}
