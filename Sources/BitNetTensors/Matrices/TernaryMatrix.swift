internal import CBitNetKernels

/// A matrix of weights -1, 0, +1 with one scale, (rows, columns), two bits a weight.
///
/// Sixteen rows are interleaved in 32-bit words (the layout is drawn in `bitnet_kernels.h`), so that
/// a thread reads one ascending stream. Columns are padded to 128, rows to 16, with zeros times zero.
public struct TernaryMatrix: Sendable {
    /// The number of rows (outputs).
    public let rows: Int
    /// The number of columns (inputs).
    public let columns: Int
    /// What a code of +1 stands for.
    public let scale: Float

    private let memory: AlignedBuffer<UInt8>
    private let offset: Int

    /// Rows that are interleaved.
    static let groupRows = Int(BN_TERNARY_ROWS)

    /// `columns` rounded up to whole blocks.
    static func padded(_ columns: Int) -> Int {
        let block = Int(BN_TERNARY_COLUMNS)
        return (columns + block - 1) / block * block
    }

    /// The columns of the layout, a multiple of 128.
    public var paddedColumns: Int { Self.padded(columns) }

    /// The bytes of the packed weights, padding included.
    public var byteCount: Int { Self.byteCount(rows: rows, columns: columns) ?? 0 }

    /// The bytes that a matrix of that shape takes; nil when the size overflows.
    public static func byteCount(rows: Int, columns: Int) -> Int? {
        guard rows > 0, columns > 0, rows < 1 << 40, columns < 1 << 23 else { return nil }
        let groups = (rows + groupRows - 1) / groupRows
        return groups * padded(columns) * groupRows / 4
    }

    /// A matrix over bytes that a `TernaryLoader` has laid out.
    init(rows: Int, columns: Int, scale: Float, memory: AlignedBuffer<UInt8>, offset: Int) {
        self.rows = rows
        self.columns = columns
        self.scale = scale
        self.memory = memory
        self.offset = offset
    }

    private var groupBytes: Int { paddedColumns * Self.groupRows / 4 }

    func group(_ index: Int) -> UnsafeMutablePointer<UInt8> {
        memory.pointer(offset + index * groupBytes)
    }

    /// The rows of a worker's contiguous share of row groups.
    func rowShare(_ worker: Int, _ workers: Int) -> Range<Int> {
        let groups = (rows + Self.groupRows - 1) / Self.groupRows
        let share = ThreadPool.share(groups, worker, workers)
        return min(
            rows, share.lowerBound * Self.groupRows)..<min(
                rows, share.upperBound * Self.groupRows)
    }

    /// The codes (weight + 1: 0, 1, 2) of one row, (columns), into `codes`.
    public func codes(row: Int, into codes: inout [UInt8]) {
        precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
        let words = paddedColumns / 16
        codes = [UInt8](repeating: 0, count: paddedColumns)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: words * 4) { packed in
            guard let base = packed.baseAddress else { return }
            bn_ternary_deinterleave(
                group(row / Self.groupRows), row % Self.groupRows, words, base)
            _ = bn_decode_i2_s_codes(base, paddedColumns / Int(BN_TERNARY_COLUMNS), &codes)
        }
        codes.removeLast(paddedColumns - columns)
    }

    /// The values -1, 0, +1 of one row.
    public func values(row: Int) -> [Int8] {
        var codes: [UInt8] = []
        self.codes(row: row, into: &codes)
        return codes.map { Int8($0) - 1 }
    }
}
