internal import CBitNetKernels

/// Weights on which variants are measured: a model's own, or some made up for a report.
///
/// They should exceed the caches some times, or what is measured is not memory.
public struct TuningWeights: Sendable {
    /// Matrices by rows, of one shape.
    let rows: [TernaryMatrix]
    /// Matrices by columns, of one shape; may be none.
    let columns: [TernaryMatrix]
    /// A plane of the output head, (rows, padded columns / 2), and its columns; may be none.
    let plane: (bytes: AlignedBuffer<UInt8>, columns: Int)?

    /// Bytes below which nothing is measured: they stay in caches, and milliseconds would count.
    public static let leastByteCount = 120 << 20

    /// Of `rows` and `columns` those that have the first one's shape; nil where they are too few.
    public init?(rows: [TernaryMatrix], columns: [TernaryMatrix], head: QuantizedHead?) {
        self.init(
            rows: rows, columns: columns, plane: head.map { ($0.high, $0.paddedColumns) })
    }

    init?(
        rows: [TernaryMatrix], columns: [TernaryMatrix],
        plane: (bytes: AlignedBuffer<UInt8>, columns: Int)?
    ) {
        self.rows = Self.alike(rows, .rows)
        self.columns = Self.alike(columns, .columns)
        self.plane = plane
        let bytes = self.rows.reduce(0) { $0 + $1.byteCount }
        guard bytes >= Self.leastByteCount else { return nil }
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
        case .rows, .listedRows, .tiles: true
        case .columns, .listedColumns: !columns.isEmpty
        case .head: plane != nil
        }
    }
}
