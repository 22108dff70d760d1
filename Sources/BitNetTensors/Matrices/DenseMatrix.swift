internal import CBitNetKernels

extension TensorEncoding {
    /// The kernels' name of a dense format; nil for ternary encodings and raw bytes.
    var denseFormat: bn_dense_format? {
        switch self {
        case .float32: BN_DENSE_F32
        case .float16: BN_DENSE_F16
        case .bfloat16: BN_DENSE_BF16
        case .q8_0: BN_DENSE_Q8_0
        case .q6_K: BN_DENSE_Q6_K
        case .q4_0: BN_DENSE_Q4_0
        case .uint8, .i2_s, .tq1_0, .tq2_0: nil
        }
    }

    /// The kernels' format of an encoding that is known to have one.
    var kernelFormat: bn_dense_format { denseFormat ?? BN_DENSE_F32 }
}

/// A matrix of full-precision or block-quantised weights, (rows, columns), as the file stores it.
///
/// Runs straight from the file's mapping, or from a copy when rows had to be reordered.
public struct DenseMatrix: Sendable {
    /// The number of rows (outputs).
    public let rows: Int
    /// The number of columns (inputs).
    public let columns: Int
    /// How the weights are stored.
    public let format: TensorEncoding
    /// Bytes of one row.
    public let rowBytes: Int

    private enum Storage: Sendable {
        case mapped(FileRegion)
        case owned(AlignedBuffer<UInt8>)
    }
    private let storage: Storage
    // Points into `storage`, which outlives it and never moves.
    private nonisolated(unsafe) let base: UnsafeRawPointer

    /// A matrix over the bytes of `region`; nil when they do not fit the shape or the encoding is
    /// not a dense one whose blocks divide a row.
    public init?(_ region: FileRegion, _ format: TensorEncoding, rows: Int, columns: Int) {
        guard format.denseFormat != nil, let rowBytes = format.byteCount(valueCount: columns),
            rows > 0, columns > 0, !rows.multipliedReportingOverflow(by: rowBytes).overflow,
            rows * rowBytes == region.count,
            let base = region.withUnsafeBytes({ $0.baseAddress })
        else { return nil }
        self.rows = rows
        self.columns = columns
        self.format = format
        self.rowBytes = rowBytes
        self.base = base
        storage = .mapped(region)
    }

    /// A copy whose row r is row `order.source(r)` of the original; nil when memory is short.
    public func reordered(_ order: RowOrder) -> DenseMatrix? {
        guard order != .natural else { return self }
        precondition(order.fits(rows), "\(rows) rows do not form whole heads")
        guard let copy = AlignedBuffer<UInt8>(count: rows * rowBytes) else { return nil }
        for row in 0..<rows {
            UnsafeMutableRawPointer(copy.base + row * rowBytes)
                .copyMemory(from: self.row(order.source(row)), byteCount: rowBytes)
        }
        return DenseMatrix(shapedAs: self, in: copy, offset: 0)
    }

    /// A matrix over the first bytes of a buffer.
    init(rows: Int, columns: Int, format: TensorEncoding, in bytes: AlignedBuffer<UInt8>) {
        let rowBytes = format.byteCount(valueCount: columns) ?? 0
        precondition(rowBytes > 0 && rows * rowBytes <= bytes.count, "the matrix does not fit")
        self.rows = rows
        self.columns = columns
        self.format = format
        self.rowBytes = rowBytes
        base = UnsafeRawPointer(bytes.base)
        storage = .owned(bytes)
    }

    /// A matrix of that shape and format over some bytes of a buffer.
    private init(shapedAs other: DenseMatrix, in bytes: AlignedBuffer<UInt8>, offset: Int) {
        rows = other.rows
        columns = other.columns
        format = other.format
        rowBytes = other.rowBytes
        base = UnsafeRawPointer(bytes.base + offset)
        storage = .owned(bytes)
    }

    /// Matrices of this shape and format that together have about `byteCount` bytes, all zero, in
    /// memory that has been touched; nil when that is short.
    func blanks(byteCount: Int, _ pool: ThreadPool) -> [DenseMatrix]? {
        let stride = (self.byteCount + 63) / 64 * 64
        let count = max(1, byteCount / stride)
        guard let bytes = AlignedBuffer<UInt8>(count: count * stride, hugePages: true) else {
            return nil
        }
        bytes.touch(pool)
        return (0..<count).map { DenseMatrix(shapedAs: self, in: bytes, offset: $0 * stride) }
    }

    /// The bytes that the weights take.
    public var byteCount: Int { rows * rowBytes }

    /// Whether the weights are read from the file's mapping.
    public var isMapped: Bool { if case .mapped = storage { true } else { false } }

    /// Drops the pages of some rows from resident memory, where they are the file's.
    public func discardRows(_ rows: Range<Int>) {
        guard case .mapped(let region) = storage else { return }
        region.subregion(rows.lowerBound * rowBytes..<rows.upperBound * rowBytes)?.discard()
    }

    func row(_ index: Int) -> UnsafeRawPointer {
        precondition(index >= 0 && index < rows, "row \(index) of \(rows)")
        return base + index * rowBytes
    }

    /// Decodes row `index` to float32 at `offset` of `out`, as for an embedding.
    public func decodeRow(_ index: Int, into out: AlignedBuffer<Float>, at offset: Int) {
        precondition(out.count >= offset + columns, "the row does not fit")
        decode(row(index).assumingMemoryBound(to: UInt8.self), into: out.pointer(offset))
    }

    /// The same through `bytes`, room for a row, from the file instead of its mapping: a page of it
    /// brings in half a megabyte of its neighbours.
    public func decodeRow(
        _ index: Int, into out: AlignedBuffer<Float>, at offset: Int,
        through bytes: AlignedBuffer<UInt8>
    ) {
        guard case .mapped(let region) = storage else {
            return decodeRow(index, into: out, at: offset)
        }
        precondition(index >= 0 && index < rows, "row \(index) of \(rows)")
        precondition(out.count >= offset + columns && bytes.count >= rowBytes, "no room for a row")
        let start = region.range.lowerBound + index * rowBytes
        region.file.read(start..<start + rowBytes, into: bytes.base)
        decode(bytes.base, into: out.pointer(offset))
    }

    private func decode(_ row: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<Float>) {
        let blocks = columns / format.valuesPerBlock
        switch format {
        case .float16: bn_decode_float16(row, columns, target)
        case .bfloat16: bn_decode_bfloat16(row, columns, target)
        case .q8_0: bn_decode_q8_0(row, blocks, target)
        case .q6_K: bn_decode_q6_k(row, blocks, target)
        case .q4_0: bn_decode_q4_0(row, blocks, target)
        case .float32, .uint8, .i2_s, .tq1_0, .tq2_0:
            UnsafeMutableRawPointer(target).copyMemory(from: row, byteCount: rowBytes)
        }
    }
}
