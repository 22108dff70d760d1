internal import CBitNetKernels

/// Where the weights of a ternary matrix are stored.
public enum TernarySource: Sendable {
    /// I2_S, TQ1_0 or TQ2_0, with its own scale.
    case blocks(FileRegion, TensorEncoding)
    /// Hugging Face's uint8 packing, (rows / 4, columns), with the scale given beside it.
    case packed(FileRegion, scale: Float)
    /// Floats of any dense encoding, to be read by `FloatTernarization`.
    case floats(FileRegion, TensorEncoding, FloatTernarization)
}

/// How float weights become ternary.
public enum FloatTernarization: Sendable {
    /// The values already are -s, 0 and +s for one s.
    case exact(scale: Float)
    /// Master weights, quantised by their mean magnitude: code = round(w · t), t = 1 / mean |w|,
    /// value = code / t (BitNet b1.58, arXiv 2402.17764, equations 1 to 3).
    case absoluteMean(inverse: Float)
}

/// Lays ternary matrices out in one block of 2 MiB pages, with all threads.
public struct TernaryLoader {
    private let memory: AlignedBuffer<UInt8>
    private let pool: ThreadPool
    private let packing: TernaryPacking
    private var used = 0

    /// Room for matrices of `byteCount` bytes together in that packing; nil when memory is short.
    public init?(byteCount: Int, packing: TernaryPacking = .twoBit, pool: ThreadPool) {
        guard let memory = AlignedBuffer<UInt8>(count: byteCount, hugePages: true) else {
            return nil
        }
        self.memory = memory
        self.packing = packing
        self.pool = pool
    }

    /// Reads and lays out one matrix.
    ///
    /// Row r comes from stored row `order.source(r)`. Drops the file's pages afterwards, so that file
    /// and copy are not both resident.
    public mutating func load(
        _ source: TernarySource, rows: Int, columns: Int, order: RowOrder = .natural,
        layout: TernaryLayout = .rows
    ) throws(TensorCodecError) -> TernaryMatrix {
        guard
            let size = TernaryMatrix.byteCount(
                rows: rows, columns: columns, layout: layout, packing: packing),
            size <= memory.count - used
        else {
            throw TensorCodecError(
                code: .wrongSize, message: "a matrix of \(rows) x \(columns) exceeds its memory")
        }
        precondition(order.fits(rows), "\(rows) rows do not form whole heads")
        let reader = try TernaryRowReader(source, rows: rows, columns: columns, order: order)
        let matrix = TernaryMatrix(
            rows: rows, columns: columns, scale: reader.scale, layout: layout, packing: packing,
            memory: memory, offset: used)
        switch layout {
        case .rows: try fillRows(matrix, reader)
        case .columns: try fillColumns(matrix, reader)
        }
        reader.region.discard()
        used += size
        return matrix
    }

    private func fillRows(
        _ matrix: TernaryMatrix, _ reader: TernaryRowReader
    ) throws(TensorCodecError) {
        try pool.splitThrowing(matrix.rows) { share throws(TensorCodecError) in
            var scratch = TernaryRowReader.Scratch(columns: matrix.columns)
            for row in share {
                try reader.readRow(
                    row, packing, into: matrix.pointer(row * matrix.stride), &scratch)
            }
        }
    }

    /// Reads 256 rows at a time and turns them into one line of every column; as many lines as are
    /// packed together at a time.
    private func fillColumns(
        _ matrix: TernaryMatrix, _ reader: TernaryRowReader
    ) throws(TensorCodecError) {
        let group = packing.groupLines
        let lines = matrix.paddedRows / Int(BN_LINE_CODES)
        try pool.splitThrowing((lines + group - 1) / group) { share throws(TensorCodecError) in
            guard let turner = ColumnTurner(matrix, reader) else {
                throw TensorCodecError(code: .wrongSize, message: "no memory to turn a matrix")
            }
            var scratch = TernaryRowReader.Scratch(columns: matrix.columns)
            for index in share {
                try turner.turn(index * group..<min(lines, (index + 1) * group), &scratch)
            }
        }
    }
}

/// Turns rows into lines of columns, for one worker.
private struct ColumnTurner {
    private let matrix: TernaryMatrix
    private let reader: TernaryRowReader
    private let rows: AlignedBuffer<UInt8>  // (256, row bytes) of two bits
    private let turned: AlignedBuffer<UInt8>?  // (columns, lines of a group): base 3 only

    private static let block = Int(BN_LINE_CODES)
    private var rowBytes: Int { matrix.paddedColumns / 4 }
    private var groupBytes: Int { matrix.packing.groupLines * Int(BN_LINE_BYTES) }

    init?(_ matrix: TernaryMatrix, _ reader: TernaryRowReader) {
        self.matrix = matrix
        self.reader = reader
        guard let rows = AlignedBuffer<UInt8>(count: Self.block * matrix.paddedColumns / 4)
        else { return nil }
        self.rows = rows
        turned =
            matrix.packing == .twoBit
            ? nil
            : AlignedBuffer(
                count: matrix.paddedColumns * matrix.packing.groupLines * Int(BN_LINE_BYTES))
        if turned == nil, matrix.packing != .twoBit { return nil }
    }

    /// Fills some lines of every column: a group, or what is left of it.
    func turn(
        _ lines: Range<Int>, _ scratch: inout TernaryRowReader.Scratch
    ) throws(TensorCodecError) {
        for line in lines {
            let first = line * Self.block
            let count = min(Self.block, matrix.rows - first)
            for row in 0..<count {
                try reader.readRow(
                    first + row, .twoBit, into: rows.pointer(row * rowBytes), &scratch)
            }
            let offset = (line - lines.lowerBound) * Int(BN_LINE_BYTES)
            bn_ternary_transpose(
                rows.base, count, rowBytes, matrix.paddedColumns / Self.block,
                turned?.pointer(offset) ?? matrix.pointer(line * Int(BN_LINE_BYTES)),
                turned == nil ? matrix.stride : groupBytes)
        }
        guard let turned else { return }
        let start = matrix.packing.byteCount(codes: lines.lowerBound * Self.block)
        for column in 0..<matrix.paddedColumns {
            bn_ternary_base3_from_lines(
                turned.pointer(column * groupBytes), lines.count,
                matrix.pointer(column * matrix.stride + start))
        }
    }
}
