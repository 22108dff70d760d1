/// Which stored row holds a matrix's row.
public enum RowOrder: Sendable, Equatable {
    /// Row r is stored as row r.
    case natural
    /// Query and key rows of GGUF's `llama` architecture, stored for interleaved rotary embedding:
    /// within a head, row p · d/2 + i (p = 0, 1) is stored as row 2 i + p.
    case interleavedPairs(headDimension: Int)

    /// Whether the order maps `rows` rows onto themselves: whole heads of even width.
    func fits(_ rows: Int) -> Bool {
        guard case .interleavedPairs(let width) = self else { return true }
        return width > 0 && width % 2 == 0 && rows % width == 0
    }

    /// The stored row that holds row `row`.
    public func source(_ row: Int) -> Int {
        switch self {
        case .natural:
            return row
        case .interleavedPairs(let width):
            let head = row / width
            let within = row % width
            return head * width + within % (width / 2) * 2 + within / (width / 2)
        }
    }
    /// The row that stored row `index` holds: the inverse of `source`.
    public func row(storedAt index: Int) -> Int {
        switch self {
        case .natural:
            return index
        case .interleavedPairs(let width):
            let within = index % width
            return index - within + within % 2 * (width / 2) + within / 2
        }
    }
}
