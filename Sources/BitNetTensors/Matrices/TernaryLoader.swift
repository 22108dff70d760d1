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
    private var used = 0

    /// Room for matrices of `byteCount` bytes together; nil when memory is short.
    public init?(byteCount: Int, pool: ThreadPool) {
        guard let memory = AlignedBuffer<UInt8>(count: byteCount, hugePages: true) else {
            return nil
        }
        self.memory = memory
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
        guard let size = TernaryMatrix.byteCount(rows: rows, columns: columns, layout: layout),
            size <= memory.count - used
        else {
            throw TensorCodecError(
                code: .wrongSize, message: "a matrix of \(rows) x \(columns) exceeds its memory")
        }
        precondition(order.fits(rows), "\(rows) rows do not form whole heads")
        let reader = try TernaryRowReader(source, rows: rows, columns: columns, order: order)
        let matrix = TernaryMatrix(
            rows: rows, columns: columns, scale: reader.scale, layout: layout, memory: memory,
            offset: used)
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
                try reader.readLines(row, into: matrix.pointer(row * matrix.stride), &scratch)
            }
        }
    }

    /// Reads 256 rows at a time and turns them into one line of every column.
    private func fillColumns(
        _ matrix: TernaryMatrix, _ reader: TernaryRowReader
    ) throws(TensorCodecError) {
        let block = Int(BN_LINE_CODES)
        let rowBytes = matrix.paddedColumns / 4
        try pool.splitThrowing(matrix.paddedRows / block) { share throws(TensorCodecError) in
            var scratch = TernaryRowReader.Scratch(columns: matrix.columns)
            guard let lines = AlignedBuffer<UInt8>(count: block * rowBytes) else {
                throw TensorCodecError(code: .wrongSize, message: "no memory to turn a matrix")
            }
            for index in share {
                let count = min(block, matrix.rows - index * block)
                for row in 0..<count {
                    try reader.readLines(
                        index * block + row, into: lines.pointer(row * rowBytes), &scratch)
                }
                bn_ternary_transpose(
                    lines.base, count, rowBytes, matrix.paddedColumns / block,
                    matrix.pointer(index * Int(BN_LINE_BYTES)), matrix.stride)
            }
        }
    }
}
