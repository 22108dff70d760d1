/// What an engine is doing and has done since it was loaded.
///
/// Counters only grow; a snapshot is taken after each pass.
public struct EngineStatistics: Sendable, Equatable {
    /// Generations that are being computed.
    public var running = 0
    /// Generations that wait to be let in.
    public var waiting = 0
    /// Passes over the weights.
    public var passes = 0
    /// Tokens of all passes, wrong guesses included.
    public var passTokens = 0
    /// Sequences of all passes: divided by `passes`, the mean batch.
    public var passSequences = 0
    /// Tokens of the last pass.
    public var lastPassTokens = 0
    /// Sequences of the last pass.
    public var lastPassSequences = 0
    /// Tokens of all prompts that were let in, reused ones included.
    public var promptTokens = 0
    /// Tokens that were taken over from other sequences instead of being computed.
    public var reusedTokens = 0
    /// Tokens that were drawn.
    public var generatedTokens = 0
    /// Times that a beginning was looked for among earlier sequences.
    public var prefixLookups = 0
    /// Times that one was found.
    public var prefixHits = 0
    /// Sequences whose pages were taken away, to be computed again later.
    public var preemptions = 0
    /// Pages that generations hold.
    public var usedPages = 0
    /// Pages that only cached beginnings hold; they are given up when they are needed.
    public var cachedPages = 0
    /// The most pages that there may be.
    public var totalPages = 0
    /// Bytes of a page, which holds 256 positions.
    public var pageBytes = 0

    /// Nothing yet.
    public init() {}
}
