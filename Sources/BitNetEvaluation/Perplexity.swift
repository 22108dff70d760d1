public import BitNetModels
public import BitNetTensors

/// Measures the perplexity of a model on the tokens of a text.
///
/// The result is the same to the last bit for any number of threads and any chunk size.
public struct Perplexity {
    private let model: BitNetModel
    private let windowLength: Int
    private let counting: PerplexityProtocol
    private let beginningOfText: Int32?
    private let chunkLength: Int
    private let workspace: Workspace
    private let cache: KVCache

    /// Prepares windows of `windowLength` tokens, computed `chunkLength` tokens at a time.
    ///
    /// `beginningOfText` is needed by the protocol `llamaCpp` only.
    public init(
        _ model: BitNetModel, windowLength: Int, counting: PerplexityProtocol,
        beginningOfText: Int32?, chunkLength: Int = 64, format: KeyValueFormat = .float16
    ) throws {
        guard windowLength >= 2 else {
            throw EvaluationError(
                .windowTooShort,
                "expected a window of at least 2 tokens, found \(windowLength)")
        }
        guard counting == .consecutive || beginningOfText != nil else {
            throw EvaluationError(
                .noBeginningOfText,
                "the model has no begin-of-text token, which llama.cpp's way of counting puts in "
                    + "front of every window; use the protocol \"consecutive\"")
        }
        self.model = model
        self.windowLength = windowLength
        self.counting = counting
        self.beginningOfText = beginningOfText
        self.chunkLength = max(1, min(chunkLength, windowLength))
        workspace = try Workspace(model, tokens: self.chunkLength, positions: windowLength)
        cache = try model.makeCache(capacity: windowLength, format: format)
    }

    /// The perplexity of `tokens`, which were made from the whole text at once.
    ///
    /// `progress` is called after each window with the fraction done and the result so far.
    public func measure(
        _ tokens: [Int32], progress: ((Double, PerplexityResult) -> Void)? = nil
    ) throws -> PerplexityResult {
        let windows = tokens.count / windowLength
        guard windows > 0 else {
            throw EvaluationError(
                .textTooShort,
                "the text has \(tokens.count) tokens and a window \(windowLength); expected at "
                    + "least one full window: take a longer text or a shorter window")
        }
        var result = PerplexityResult()
        for window in 0..<windows {
            let start = window * windowLength
            result.add(window: try score(Array(tokens[start..<start + windowLength])))
            progress?(Double(window + 1) / Double(windows), result)
        }
        return result
    }

    /// Negative log-likelihoods of a window's scored tokens.
    private func score(_ window: [Int32]) throws -> [Double] {
        var input = window
        if counting == .llamaCpp, let beginningOfText { input[0] = beginningOfText }
        let scored = counting.scoredPositions(windowLength: windowLength)
        // The logits at position p predict token p + 1; those of the last token predict nothing.
        let predicting = scored.lowerBound - 1..<scored.upperBound - 1
        cache.truncate(to: 0)
        var likelihoods: [Double] = []
        for chunk in chunks(0..<predicting.lowerBound) {
            try compute(input[chunk], .none) { _ in }
        }
        for chunk in chunks(predicting) {
            try compute(input[chunk], .all) { row in
                let next = window[chunk.lowerBound + row.token + 1]
                likelihoods.append(-LogSoftmax.value(row.logits, token: next))
            }
        }
        guard likelihoods.allSatisfy(\.isFinite) else {
            throw EvaluationError(
                .notFinite,
                "the model gave logits that are not finite numbers; its weights are damaged or do "
                    + "not fit its configuration")
        }
        return likelihoods
    }

    private func compute(
        _ tokens: ArraySlice<Int32>, _ outputs: SequenceChunk.Outputs,
        _ receive: (LogitsRow) -> Void
    ) throws {
        let chunk = SequenceChunk(cache: cache, tokens: Array(tokens), outputs: outputs)
        try model.forward([chunk], workspace, logits: receive)
    }

    private func chunks(_ range: Range<Int>) -> [Range<Int>] {
        stride(from: range.lowerBound, to: range.upperBound, by: chunkLength).map {
            $0..<min($0 + chunkLength, range.upperBound)
        }
    }
}
