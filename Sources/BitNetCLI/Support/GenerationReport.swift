import BitNetGeneration

/// What a generation cost, for people and for scripts (there with keys in snake case).
struct GenerationReport: Encodable {
    let text: String
    let finishReason: String
    let stopString: String?
    /// Whether the text satisfies its constraint; absent without one.
    let isComplete: Bool?
    let tokens: [Int32]
    let seed: UInt64
    let promptTokens: Int
    let generatedTokens: Int
    let draftedTokens: Int
    let acceptedTokens: Int
    let timeToFirstTokenSeconds: Double
    let promptTokensPerSecond: Double
    let decodeTokensPerSecond: Double
    /// Absent without a constraint.
    let maskSeconds: Double?
    let peakMemoryBytes: Int

    init(_ text: String, _ result: GenerationResult) {
        let statistics = result.statistics
        self.text = text
        finishReason = result.reason.name
        if case .stopString(let stop) = result.reason {
            stopString = stop
        } else {
            stopString = nil
        }
        isComplete = result.isComplete
        tokens = result.tokens
        seed = result.seed
        promptTokens = statistics.promptTokens
        generatedTokens = statistics.generatedTokens
        draftedTokens = statistics.draftedTokens
        acceptedTokens = statistics.acceptedTokens
        timeToFirstTokenSeconds = statistics.timeToFirstToken
        promptTokensPerSecond = statistics.promptTokensPerSecond
        decodeTokensPerSecond = statistics.decodeTokensPerSecond
        maskSeconds = result.isComplete.map { _ in statistics.maskSeconds }
        peakMemoryBytes = statistics.peakMemoryBytes
    }

    /// One line: tokens, speeds, guesses, time to the first token, memory.
    static func line(_ result: GenerationResult) -> String {
        let statistics = result.statistics
        let reused = statistics.reusedTokens > 0 ? " (\(statistics.reusedTokens) reused)" : ""
        let drafts =
            statistics.draftedTokens > 0
            ? " (\(statistics.acceptedTokens) of \(statistics.draftedTokens) guesses right)" : ""
        return "[prompt \(statistics.promptTokens) tokens\(reused), "
            + "\(rate(statistics.promptTokensPerSecond)) · "
            + "generated \(statistics.generatedTokens), "
            + "\(rate(statistics.decodeTokensPerSecond))\(drafts) · first token "
            + "\(Int((statistics.timeToFirstToken * 1000).rounded())) ms · "
            + "peak \(statistics.peakMemoryBytes / 1_000_000) MB · seed \(result.seed)]"
    }

    private static func rate(_ tokensPerSecond: Double) -> String {
        NumberFormat.fixed(tokensPerSecond, 1) + " tokens/s"
    }

    /// Why the text ends here, where that is not its natural end.
    static func explanation(_ result: GenerationResult, contextLength: Int) -> String? {
        switch result.reason {
        case .contextFull:
            "[stopped: the context of \(contextLength) tokens is full; "
                + "a larger one can be asked for with --ctx-size]"
        case .cancelled: "[stopped]"
        case .maximumTokens where result.isComplete == false:
            "[stopped: the text does not have the form that was asked for yet; allow more tokens "
                + "with -n]"
        case .endOfText, .complete, .stopString, .maximumTokens: nil
        }
    }
}
