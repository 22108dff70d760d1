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

    /// The sum of all weights.
    public var totalWeight: Float { weights.reduce(0, +) }
}
