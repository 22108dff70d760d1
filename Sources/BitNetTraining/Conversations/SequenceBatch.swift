/// Sequences side by side, padded at the right to the same length.
///
/// Attention looks back only, so padding behind a sequence never reaches its positions.
public struct SequenceBatch: Sendable {
    /// The rows; weights are 0 in the padding, elsewhere those of the sequences.
    public var batch: TokenBatch
    /// What the rows are: the indices of sequences, or of pairs (two rows each, chosen first).
    public var items: [Int]

    /// Rows and what they are.
    public init(_ batch: TokenBatch, items: [Int]) {
        self.batch = batch
        self.items = items
    }

    /// The sum of all weights: without scaling, the number of targets that are learned.
    public var totalWeight: Float { batch.weights.reduce(0, +) }

    /// The rows with all weights of a row multiplied by the row's factor.
    public func scaled(by factors: [Float]) -> TokenBatch {
        precondition(factors.count == batch.rows, "a factor for each row")
        var scaled = batch
        for index in scaled.weights.indices {
            scaled.weights[index] *= factors[index / batch.length]
        }
        return scaled
    }

    /// The weighted sum of each row.
    ///
    /// - Parameter values: (rows, length) numbers, such as the loss of each target.
    public func rowSums(_ values: [Float]) -> [Double] {
        precondition(values.count == batch.weights.count, "a number for each weight")
        return (0..<batch.rows).map { row in
            (row * batch.length..<(row + 1) * batch.length).reduce(0) {
                $0 + Double(batch.weights[$1]) * Double(values[$1])
            }
        }
    }
}
