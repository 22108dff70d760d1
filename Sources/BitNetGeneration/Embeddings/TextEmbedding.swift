/// How the hidden states of a text's tokens become one vector.
public enum EmbeddingPooling: String, Sendable, Codable, CaseIterable {
    /// Their mean.
    case mean
    /// The last token's.
    case last
}

/// A text as a vector.
public struct TextEmbedding: Sendable, Equatable {
    /// The vector, (hidden); of length 1 when it was asked to be.
    public let values: [Float]
    /// The tokens of the text.
    public let tokenCount: Int
}

/// Pools hidden states as they come, in float64 and in the order of their positions, so that the
/// sum is the same however the text was cut into passes.
struct EmbeddingPool {
    private let pooling: EmbeddingPooling
    private var sum: [Double]
    private var count = 0

    init(_ pooling: EmbeddingPooling, width: Int) {
        self.pooling = pooling
        sum = Array(repeating: 0, count: width)
    }

    mutating func add(_ state: [Float]) {
        switch pooling {
        case .mean:
            for (index, value) in state.enumerated() { sum[index] += Double(value) }
            count += 1
        case .last:
            for (index, value) in state.enumerated() { sum[index] = Double(value) }
            count = 1
        }
    }

    /// The vector; of length 1 if `normalized`, unless it is all zeros.
    func vector(normalized: Bool) -> [Float] {
        let mean = sum.map { $0 / Double(max(count, 1)) }
        guard normalized else { return mean.map { Float($0) } }
        let length = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return mean.map { Float(length > 0 ? $0 / length : 0) }
    }
}
