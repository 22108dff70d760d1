/// Sequences to train on: inputs, and for each the token that follows.
public struct TokenBatch: Sendable {
    /// Sequences.
    public let rows: Int
    /// Inputs of a sequence.
    public let length: Int
    /// (rows, length + 1): the first `length` of a row are inputs, the last `length` targets.
    public let tokens: [Int32]
    /// The weight of each target's loss, (rows, length).
    public var weights: [Float]

    /// A batch whose targets all have `weight`, or the weights given.
    public init(rows: Int, length: Int, tokens: [Int32], weights: [Float]) {
        precondition(tokens.count == rows * (length + 1), "\(tokens.count) tokens")
        precondition(weights.count == rows * length, "\(weights.count) weights")
        self.rows = rows
        self.length = length
        self.tokens = tokens
        self.weights = weights
    }

    /// A batch whose loss is the mean over all targets.
    public init(rows: Int, length: Int, tokens: [Int32]) {
        let count = rows * length
        self.init(
            rows: rows, length: length, tokens: tokens,
            weights: [Float](repeating: 1 / Float(count), count: count))
    }

    /// (rows · length): what the model reads.
    var inputs: [Int32] {
        (0..<rows).flatMap { tokens[$0 * (length + 1)..<$0 * (length + 1) + length] }
    }

    /// (rows · length): what it is to predict.
    var targets: [Int32] {
        (0..<rows).flatMap { tokens[$0 * (length + 1) + 1..<($0 + 1) * (length + 1)] }
    }
}
