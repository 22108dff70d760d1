internal import CBitNetKernels

/// How a ternary matrix lies in memory; drawn in `bitnet_ternary.h`.
public enum TernaryLayout: Sendable {
    /// Row by row: a thread reads one ascending stream, and rows that are not needed are not read.
    case rows
    /// Column by column: columns whose input is zero are not read.
    case columns
}

/// A matrix of weights -1, 0, +1 with one scale, (rows, columns), in two bits a weight or 1.6.
///
/// Rows or columns are whole lines of 64 bytes; the padding is zeros times zero.
public struct TernaryMatrix: Sendable {
    /// The number of rows (outputs).
    public let rows: Int
    /// The number of columns (inputs).
    public let columns: Int
    /// What a code of +1 stands for.
    public let scale: Float
    /// Whether rows or columns are contiguous.
    public let layout: TernaryLayout
    /// How their codes are packed.
    public let packing: TernaryPacking

    private let memory: AlignedBuffer<UInt8>
    private let offset: Int

    /// `count` rounded up to whole lines of 256 codes.
    static func padded(_ count: Int) -> Int {
        let line = Int(BN_LINE_CODES)
        return (count + line - 1) / line * line
    }

    /// Columns rounded up to whole lines: the width of its activations.
    public var paddedColumns: Int { Self.padded(columns) }

    /// Rows rounded up to whole lines.
    var paddedRows: Int { Self.padded(rows) }

    /// Bytes from one row (or column) to the next.
    var stride: Int {
        packing.byteCount(codes: layout == .rows ? paddedColumns : paddedRows)
    }

    /// The bytes of the packed weights, padding included.
    public var byteCount: Int {
        Self.byteCount(rows: rows, columns: columns, layout: layout, packing: packing) ?? 0
    }

    /// The bytes that a matrix of that shape takes; nil when the size overflows.
    public static func byteCount(
        rows: Int, columns: Int, layout: TernaryLayout = .rows, packing: TernaryPacking = .twoBit
    ) -> Int? {
        guard rows > 0, columns > 0, rows < 1 << 38, columns < 1 << 23 else { return nil }
        return switch layout {
        case .rows: rows * packing.byteCount(codes: padded(columns))
        case .columns: padded(columns) * packing.byteCount(codes: padded(rows))
        }
    }

    /// A matrix over bytes that a `TernaryLoader` has laid out.
    init(
        rows: Int, columns: Int, scale: Float, layout: TernaryLayout,
        packing: TernaryPacking = .twoBit, memory: AlignedBuffer<UInt8>, offset: Int
    ) {
        self.rows = rows
        self.columns = columns
        self.scale = scale
        self.layout = layout
        self.packing = packing
        self.memory = memory
        self.offset = offset
    }

    /// Byte `byte` of the matrix.
    func pointer(_ byte: Int) -> UnsafeMutablePointer<UInt8> { memory.pointer(offset + byte) }

    /// Rows that kernels take together where several tokens share them.
    static let panelRows = 32

    /// Panels of the matrix by rows, the last one perhaps of fewer rows.
    var panels: Int { (rows + Self.panelRows - 1) / Self.panelRows }

    /// The rows of some panels.
    func rows(ofPanels range: Range<Int>) -> Range<Int> {
        min(rows, range.lowerBound * Self.panelRows)..<min(rows, range.upperBound * Self.panelRows)
    }

    /// Panels of about 64 KiB: what a worker claims at once of a product that is bound by memory.
    var streamedPanels: Int { max(1, (64 << 10) / (Self.panelRows * stride)) }

    /// The codes (weight + 1: 0, 1, 2) of one row, (columns), into `codes`.
    public func codes(row: Int, into codes: inout [UInt8]) {
        precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
        switch layout {
        case .rows:
            codes = [UInt8](repeating: 0, count: paddedColumns)
            decodeLines(pointer(row * stride), into: &codes)
            codes.removeLast(paddedColumns - columns)
        case .columns:
            let place = bn_ternary_column_place(row)
            let packing = packing.kernelPacking
            codes = (0..<columns).map {
                UInt8(bn_ternary_code(pointer($0 * stride), packing, place))
            }
        }
    }

    /// The codes of a row's lines, (padded columns).
    private func decodeLines(_ row: UnsafePointer<UInt8>, into codes: inout [UInt8]) {
        let count = paddedColumns / Int(BN_LINE_CODES)
        guard packing == .base3 else { return bn_ternary_line_codes(row, count, &codes) }
        var lines = [UInt8](repeating: 0, count: paddedColumns / 4)
        bn_ternary_lines_from_base3(row, count, &lines)
        bn_ternary_line_codes(lines, count, &codes)
    }

    /// The values -1, 0, +1 of one row.
    public func values(row: Int) -> [Int8] {
        var codes: [UInt8] = []
        self.codes(row: row, into: &codes)
        return codes.map { Int8($0) - 1 }
    }
}
