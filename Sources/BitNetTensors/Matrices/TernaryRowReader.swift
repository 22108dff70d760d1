internal import CBitNetKernels

/// Reads rows of a stored ternary matrix as I2_S words and interleaves them into row groups.
struct TernaryRowReader: Sendable {
    let source: TernarySource
    let region: FileRegion
    let rows: Int
    let columns: Int
    let scale: Float

    /// Buffers of one worker.
    struct Scratch {
        var codes: [UInt8]
        var floats: [Float] = []
        var words: [UInt8]  // (16 rows, padded columns / 4)

        init(columns: Int) {
            let padded = TernaryMatrix.padded(columns)
            codes = []
            words = [UInt8](repeating: 0, count: TernaryMatrix.groupRows * padded / 4)
        }
    }

    init(_ source: TernarySource, rows: Int, columns: Int) throws(TensorCodecError) {
        self.source = source
        self.rows = rows
        self.columns = columns
        switch source {
        case .blocks(let region, _), .packed(let region, _), .floats(let region, _, _):
            self.region = region
        }
        scale = try source.scale(valueCount: rows * columns)
    }

    private var paddedRowBytes: Int { TernaryMatrix.padded(columns) / 4 }

    /// Reads the rows of `group` and interleaves them into `matrix`.
    func fill(
        _ group: Int, of matrix: TernaryMatrix, _ order: RowOrder, _ scratch: inout Scratch
    ) throws(TensorCodecError) {
        let first = group * TernaryMatrix.groupRows
        let count = min(TernaryMatrix.groupRows, rows - first)
        if case .blocks(let region, .i2_s) = source, columns % 128 == 0 {
            return try fillDirectly(group, of: matrix, order, region, count)
        }
        for row in 0..<count {
            try readCodes(order.source(first + row), &scratch)
            let padding = TernaryMatrix.padded(columns) - columns
            scratch.codes.append(contentsOf: repeatElement(0, count: padding))
            pack(scratch.codes, into: &scratch.words, row: row)
        }
        let rowBytes = paddedRowBytes
        scratch.words.withUnsafeBufferPointer { words in
            interleave(group, of: matrix, count) { row in
                words.baseAddress.map { $0 + row * rowBytes }
            }
        }
    }

    /// I2_S rows that start on a block are the words already: no decoding.
    private func fillDirectly(
        _ group: Int, of matrix: TernaryMatrix, _ order: RowOrder, _ region: FileRegion,
        _ count: Int
    ) throws(TensorCodecError) {
        let rowBytes = columns / 4
        let first = group * TernaryMatrix.groupRows
        let invalid = region.withUnsafeBytes { bytes in
            let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            interleave(group, of: matrix, count) { row in
                base.map { $0 + order.source(first + row) * rowBytes }
            }
            return bn_ternary_has_invalid(
                matrix.group(group), paddedRowBytes * TernaryMatrix.groupRows)
        }
        guard invalid != 0 else { return }
        // The slow path names the first bad value.
        var codes: [UInt8] = []
        for row in first..<first + count {
            let start = order.source(row) * columns
            try TensorCodec.decodeTernaryCodes(
                region, .i2_s, totalValueCount: rows * columns,
                valueRange: start..<start + columns, into: &codes)
        }
    }

    private func interleave(
        _ group: Int, of matrix: TernaryMatrix, _ count: Int,
        _ row: (Int) -> UnsafePointer<UInt8>?
    ) {
        withUnsafeTemporaryAllocation(
            of: UnsafePointer<UInt8>?.self, capacity: TernaryMatrix.groupRows
        ) { pointers in
            for index in 0..<TernaryMatrix.groupRows {
                pointers[index] = index < count ? row(index) : nil
            }
            let words = paddedRowBytes / 4
            bn_ternary_interleave(
                pointers.baseAddress, count, words, words, matrix.group(group))
        }
    }

    private func pack(_ codes: [UInt8], into words: inout [UInt8], row: Int) {
        let blocks = codes.count / 128
        codes.withUnsafeBufferPointer { codes in
            words.withUnsafeMutableBufferPointer { words in
                guard let codes = codes.baseAddress, let words = words.baseAddress else { return }
                bn_encode_i2_s(codes, blocks, words + row * paddedRowBytes)
            }
        }
    }

    /// The codes of one stored row into `scratch.codes`.
    private func readCodes(_ row: Int, _ scratch: inout Scratch) throws(TensorCodecError) {
        switch source {
        case .blocks(let region, let encoding):
            try readBlockCodes(region, encoding, row, &scratch)
        case .packed(let region, _):
            try TensorCodec.decodePackedTernaryRow(
                region, rows: rows, columns: columns, row: row, into: &scratch.codes)
        case .floats(let region, let encoding, let rule):
            try TensorCodec.decodeFloats(
                region, encoding, valueRange: row * columns..<(row + 1) * columns,
                into: &scratch.floats)
            let factor: Float =
                switch rule {
                case .exact(let scale): scale == 0 ? 0 : 1 / scale
                case .absoluteMean(let inverse): inverse
                }
            scratch.codes.removeAll(keepingCapacity: true)
            for value in scratch.floats {
                let rounded = (value * factor).rounded(.toNearestOrEven)
                scratch.codes.append(rounded >= 1 ? 2 : rounded <= -1 ? 0 : 1)
            }
        }
    }

    /// Rows of block encodings may start inside a block: whole blocks are read and cut.
    private func readBlockCodes(
        _ region: FileRegion, _ encoding: TensorEncoding, _ row: Int, _ scratch: inout Scratch
    ) throws(TensorCodecError) {
        let block = encoding.valuesPerBlock
        let start = row * columns
        let lower = start / block * block
        let upper = (start + columns + block - 1) / block * block
        try TensorCodec.decodeTernaryCodes(
            region, encoding, totalValueCount: rows * columns, valueRange: lower..<upper,
            into: &scratch.codes)
        scratch.codes.removeLast(upper - start - columns)
        scratch.codes.removeFirst(start - lower)
    }
}
