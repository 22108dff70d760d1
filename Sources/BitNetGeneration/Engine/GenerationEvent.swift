/// What a generation reports while it runs.
public enum GenerationEvent: Sendable {
    /// So many tokens of the prompt have been computed, of so many.
    case promptProgress(done: Int, total: Int)
    /// Tokens of the prompt, for requests that report it; before any text.
    case prompt([TokenReport])
    /// Tokens whose text the next `.text` ends, or ended; for requests with `alternatives`.
    ///
    /// Tokens of a stop string, and the one that ended the text, are not reported.
    case tokens([TokenReport])
    /// Text that follows what came before: whole characters, never part of a stop string.
    case text(String)
    /// The end; no event follows.
    case finished(GenerationResult)
}

/// How a generation ended and what it cost.
public struct GenerationResult: Sendable {
    /// Why it ended.
    public let reason: FinishReason
    /// The tokens that were generated, without the one that ended the text.
    public let tokens: [Int32]
    /// The seed of the random numbers, for repeating the draw.
    public let seed: UInt64
    /// Whether the text satisfies the request's constraint; nil without one.
    public let isComplete: Bool?
    /// Counts, times and memory.
    public let statistics: GenerationStatistics
}

/// Why a generation ended.
public enum FinishReason: Sendable, Equatable {
    /// The model ended its text.
    case endOfText
    /// The text satisfies its constraint and nothing may follow.
    case complete
    /// A stop string came up.
    case stopString(String)
    /// As many tokens as were asked for.
    case maximumTokens
    /// The context has no room for another token.
    case contextFull
    /// The caller went away.
    case cancelled

    /// The name in machine-readable output.
    public var name: String {
        switch self {
        case .endOfText: "end_of_text"
        case .complete: "complete"
        case .stopString: "stop_string"
        case .maximumTokens: "maximum_tokens"
        case .contextFull: "context_full"
        case .cancelled: "cancelled"
        }
    }
}

/// Counts, times and memory of one generation.
public struct GenerationStatistics: Sendable, Equatable {
    /// Tokens of the prompt.
    public var promptTokens = 0
    /// How many of them were in the cache already.
    public var reusedTokens = 0
    /// Tokens generated, the one that ended the text included.
    public var generatedTokens = 0
    /// Tokens that were guessed and computed along with the last one.
    public var draftedTokens = 0
    /// How many of them were right and saved a pass of their own.
    public var acceptedTokens = 0
    /// Seconds from the start to the first token.
    public var timeToFirstToken = 0.0
    /// Seconds spent on the prompt.
    public var promptSeconds = 0.0
    /// Seconds spent on the tokens after the first.
    public var decodeSeconds = 0.0
    /// Seconds spent on finding which tokens a constraint allows.
    public var maskSeconds = 0.0
    /// The process's largest resident set so far, in bytes.
    public var peakMemoryBytes = 0

    /// Computed prompt tokens a second; 0 when there were none.
    public var promptTokensPerSecond: Double {
        promptSeconds > 0 ? Double(promptTokens - reusedTokens) / promptSeconds : 0
    }

    /// Decoded tokens a second, the first one (which the prompt gives) left out.
    public var decodeTokensPerSecond: Double {
        decodeSeconds > 0 && generatedTokens > 1 ? Double(generatedTokens - 1) / decodeSeconds : 0
    }
}
