/// Sequences side by side, padded at the right to the same length.
///
/// Attention looks back only, so padding behind a sequence never reaches its positions.
public struct SequenceBatch: Sendable, Equatable {
    /// `rows` × (`length` + 1) tokens, row by row; position i of a row predicts token i + 1.
    public var tokens: [Int32]
    /// `rows` × `length` weights of the loss, row by row; 0 in the padding.
    public var weights: [Float]
    /// The number of rows.
    public var rows: Int
    /// The number of positions of a row.
    public var length: Int
    /// What the rows are: the indices of sequences, or of pairs (two rows each, chosen first).
    public var items: [Int]

    /// A batch of its parts.
    public init(tokens: [Int32], weights: [Float], rows: Int, length: Int, items: [Int]) {
        self.tokens = tokens
        self.weights = weights
        self.rows = rows
        self.length = length
        self.items = items
    }

    /// The sum of all weights.
    public var totalWeight: Float { weights.reduce(0, +) }

    /// The weights with all those of a row multiplied by the row's factor.
    public func weights(times factors: [Float]) -> [Float] {
        precondition(factors.count == rows, "a factor for each row")
        return weights.indices.map { weights[$0] * factors[$0 / length] }
    }

    /// The weighted sum of each row.
    ///
    /// - Parameter values: `rows` × `length` numbers, such as the log-probability of each target.
    public func rowSums(_ values: [Float]) -> [Double] {
        precondition(values.count == weights.count, "a number for each weight")
        return (0..<rows).map { row in
            (row * length..<(row + 1) * length).reduce(0) {
                $0 + Double(weights[$1]) * Double(values[$1])
            }
        }
    }
}
