/// The products whose best variant depends on the processor.
///
/// A new kernel gets its variant by a case here, its candidates in `variants` and its work in
/// `TuningProbe`.
public enum TunedProduct: Int, Sendable, CaseIterable {
    /// Ternary matrices by rows with one to four tokens.
    case rows
    /// Listed rows of such a matrix, as where most gates are closed.
    case listedRows
    /// All columns of ternary matrices by columns with one token.
    case columns
    /// Listed columns of such a matrix, as where most inputs are zero.
    case listedColumns
    /// The output head's high plane.
    case head
    /// Ternary matrices with more tokens.
    case tiles
    /// Dense matrices with one token.
    case dense

    /// What reports and `BITNET_TUNE` call it.
    public var name: String {
        switch self {
        case .rows: "rows"
        case .listedRows: "listed-rows"
        case .columns: "columns"
        case .listedColumns: "listed-columns"
        case .head: "head"
        case .tiles: "tiles"
        case .dense: "dense"
        }
    }

    /// Whether its speed is that of memory; else that of arithmetic.
    public var isStreamed: Bool { self != .tiles }

    private var isByColumns: Bool { self == .columns || self == .listedColumns }
    private var readsPairs: Bool { self == .rows || self == .listedRows || self == .head }

    /// The product of that name.
    init?(name: Substring) {
        guard let product = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = product
    }

    /// The candidates that `sets` have, the one that is taken without a measurement first.
    public func variants(of sets: [KernelSet]) -> [TuningVariant] {
        sets.flatMap { set -> [TuningVariant] in
            guard isStreamed else { return [TuningVariant(kernels: set)] }
            return streams(isPaired: set.readsRowPairs && readsPairs).map {
                TuningVariant(kernels: set, ahead: $0.ahead, level: $0.level, rows: $0.rows)
            }
        }
    }

    /// Distances and levels to try, with one row at a time and, `isPaired`, two.
    private func streams(isPaired: Bool) -> [(ahead: Int, level: Int, rows: Int)] {
        // Columns are fetched a batch ahead: batches of 24 to 64 columns of 2B4T.
        let far = isByColumns ? [32, 16, 24, 40] : [16, 8, 32]
        let near = [8]
        let fetched =
            far.map { (ahead: $0 << 10, level: 2) } + near.map { (ahead: $0 << 10, level: 1) }
        let streams = fetched + [(ahead: 0, level: 2)]
        return (isPaired ? [2, 1] : [1]).flatMap { rows in
            streams.map { ($0.ahead, $0.level, rows) }
        }
    }
}
