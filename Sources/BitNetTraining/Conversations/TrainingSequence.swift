/// Tokens to learn from, and how much each of them counts.
public struct TrainingSequence: Sendable, Equatable {
    /// The tokens; position i of the model sees `tokens[0...i]` and predicts `tokens[i + 1]`.
    public var tokens: [Int32]
    /// The weight of the loss at each position, `tokens.count - 1` of them; 0 where nothing is
    /// learned, 1 where `tokens[i + 1]` is.
    public var weights: [Float]

    /// A sequence of at least one token, with a weight for each but the first.
    public init(tokens: [Int32], weights: [Float]) {
        precondition(weights.count == tokens.count - 1, "one weight for each token but the first")
        self.tokens = tokens
        self.weights = weights
    }

    /// A prompt that is not learned, followed by an answer that is.
    init(prompt: [Int32], answer: [Int32]) {
        self.init(tokens: prompt, weights: [Float](repeating: 0, count: prompt.count - 1))
        append(prompt: [], answer: answer)
    }

    /// The number of positions at which the model predicts a token.
    public var length: Int { weights.count }

    /// The number of positions whose prediction is learned.
    public var trainedCount: Int { weights.count { $0 != 0 } }

    /// Adds tokens that are not learned, then tokens that are.
    mutating func append(prompt: some Collection<Int32>, answer: [Int32]) {
        tokens += prompt
        tokens += answer
        weights += repeatElement(0, count: prompt.count)
        weights += repeatElement(1, count: answer.count)
    }

    /// The first `length` positions.
    func prefix(_ length: Int) -> TrainingSequence {
        TrainingSequence(
            tokens: Array(tokens.prefix(length + 1)), weights: Array(weights.prefix(length)))
    }
}
