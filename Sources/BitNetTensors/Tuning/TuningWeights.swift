internal import CBitNetKernels

/// Weights on which variants are measured: a model's own, or some made up for a report.
///
/// They should exceed the caches some times, or what is measured is not memory.
public struct TuningWeights: Sendable {
    /// Matrices by rows, of one shape.
    let rows: [TernaryMatrix]
    /// Matrices by columns, of one shape; may be none.
    let columns: [TernaryMatrix]
    /// Dense matrices; those measured are blanks of the first one's shape, because a file's are not in
    /// memory before they are used.
    let dense: [DenseMatrix]
    /// A plane of the output head, (rows, padded columns / 2), and its columns; may be none.
    let plane: (bytes: AlignedBuffer<UInt8>, columns: Int)?

    /// Bytes below which nothing is measured: they stay in caches, and milliseconds would count.
    public static let leastByteCount = 120 << 20

    /// Of `rows` and `columns` those that have the first one's shape; nil where they, and the dense
    /// ones, are too few.
    public init?(
        rows: [TernaryMatrix], columns: [TernaryMatrix], dense: [DenseMatrix] = [],
        head: QuantizedHead?
    ) {
        self.init(
            rows: rows, columns: columns, dense: dense,
            plane: head.map { ($0.high, $0.paddedColumns) })
    }

    init?(
        rows: [TernaryMatrix], columns: [TernaryMatrix], dense: [DenseMatrix],
        plane: (bytes: AlignedBuffer<UInt8>, columns: Int)?
    ) {
        let rows = Self.alike(rows, .rows)
        let isTernary = rows.reduce(0) { $0 + $1.byteCount } >= Self.leastByteCount
        self.rows = isTernary ? rows : []
        self.columns = isTernary ? Self.alike(columns, .columns) : []
        self.plane = isTernary ? plane : nil
        let isDense = dense.reduce(0) { $0 + $1.byteCount } >= Self.leastByteCount
        self.dense = isDense ? dense : []
        guard isTernary || isDense else { return nil }
    }

    /// Matrices by rows, of one shape, that are measured however small they are.
    init(blanks: [TernaryMatrix]) {
        rows = blanks
        columns = []
        dense = []
        plane = nil
    }

    private static func alike(
        _ matrices: [TernaryMatrix], _ layout: TernaryLayout
    ) -> [TernaryMatrix] {
        guard let first = matrices.first else { return [] }
        return matrices.filter {
            $0.layout == layout && $0.rows == first.rows && $0.columns == first.columns
        }
    }

    /// Whether there is something to measure `product` on.
    func has(_ product: TunedProduct) -> Bool {
        switch product {
        case .rows, .listedRows, .tiles: !rows.isEmpty
        case .dense: !dense.isEmpty
        case .columns, .listedColumns: !columns.isEmpty
        case .head: plane != nil
        }
    }
}
