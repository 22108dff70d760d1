import BitNetGeneration

/// What a generation cost, for people and for scripts.
struct GenerationReport: Encodable {
    let text: String
    let finish_reason: String
    let stop_string: String?
    let tokens: [Int32]
    let seed: UInt64
    let prompt_tokens: Int
    let generated_tokens: Int
    let time_to_first_token_seconds: Double
    let prompt_tokens_per_second: Double
    let decode_tokens_per_second: Double
    let peak_memory_bytes: Int

    init(_ text: String, _ result: GenerationResult) {
        let statistics = result.statistics
        self.text = text
        finish_reason = result.reason.name
        if case .stopString(let stop) = result.reason { stop_string = stop } else { stop_string = nil }
        tokens = result.tokens
        seed = result.seed
        prompt_tokens = statistics.promptTokens
        generated_tokens = statistics.generatedTokens
        time_to_first_token_seconds = statistics.timeToFirstToken
        prompt_tokens_per_second = statistics.promptTokensPerSecond
        decode_tokens_per_second = statistics.decodeTokensPerSecond
        peak_memory_bytes = statistics.peakMemoryBytes
    }

    /// One line: tokens, speeds, time to the first token, memory.
    static func line(_ result: GenerationResult) -> String {
        let statistics = result.statistics
        let reused = statistics.reusedTokens > 0 ? " (\(statistics.reusedTokens) reused)" : ""
        return "[prompt \(statistics.promptTokens) tokens\(reused), "
            + "\(rate(statistics.promptTokensPerSecond)) · "
            + "generated \(statistics.generatedTokens), "
            + "\(rate(statistics.decodeTokensPerSecond)) · first token "
            + "\(Int((statistics.timeToFirstToken * 1000).rounded())) ms · "
            + "peak \(statistics.peakMemoryBytes / 1_000_000) MB · seed \(result.seed)]"
    }

    private static func rate(_ tokensPerSecond: Double) -> String {
        NumberFormat.fixed(tokensPerSecond, 1) + " tokens/s"
    }

    /// Why the text ends here, where that is not its natural end.
    static func explanation(_ reason: FinishReason, contextLength: Int) -> String? {
        switch reason {
        case .contextFull:
            "[stopped: the context of \(contextLength) tokens is full; "
                + "a larger one can be asked for with --ctx-size]"
        case .cancelled: "[stopped]"
        case .endOfText, .stopString, .maximumTokens: nil
        }
    }
}
