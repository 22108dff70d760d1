internal import CBitNetKernels

/// Reads rows of a stored ternary matrix as lines of packed codes.
struct TernaryRowReader: Sendable {
    let source: TernarySource
    let region: FileRegion
    let rows: Int
    let columns: Int
    let order: RowOrder
    let scale: Float

    /// Buffers of one worker.
    struct Scratch {
        var codes: [UInt8] = []
        var floats: [Float] = []
        var blocks: [UInt8]  // I2_S blocks of one row
        var lines: [UInt8]  // its lines of two bits, on the way to base 3

        init(columns: Int) {
            blocks = [UInt8](repeating: 0, count: TernaryMatrix.padded(columns) / 4)
            lines = blocks
        }
    }

    init(
        _ source: TernarySource, rows: Int, columns: Int, order: RowOrder
    ) throws(TensorCodecError) {
        self.source = source
        self.rows = rows
        self.columns = columns
        self.order = order
        switch source {
        case .blocks(let region, _), .packed(let region, _), .floats(let region, _, _):
            self.region = region
        }
        scale = try source.scale(valueCount: rows * columns)
    }

    /// Writes row `row` to `target`, packed, padding included.
    func readRow(
        _ row: Int, _ packing: TernaryPacking, into target: UnsafeMutablePointer<UInt8>,
        _ scratch: inout Scratch
    ) throws(TensorCodecError) {
        guard packing == .base3 else { return try readLines(row, into: target, &scratch) }
        var lines: [UInt8] = []
        swap(&lines, &scratch.lines)
        defer { swap(&lines, &scratch.lines) }
        try lines.withUnsafeMutableBufferPointer { buffer throws(TensorCodecError) in
            guard let base = buffer.baseAddress else { return }
            try readLines(row, into: base, &scratch)
            bn_ternary_base3_from_lines(base, buffer.count / Int(BN_LINE_BYTES), target)
        }
    }

    /// Writes row `row` as whole lines of two bits to `lines`, padding included.
    private func readLines(
        _ row: Int, into lines: UnsafeMutablePointer<UInt8>, _ scratch: inout Scratch
    ) throws(TensorCodecError) {
        if case .blocks(let region, .i2_s) = source, columns % 128 == 0 {
            return try convertBlocks(order.source(row), region, lines)
        }
        try readCodes(order.source(row), &scratch)
        let padding = TernaryMatrix.padded(columns) - columns
        scratch.codes.append(contentsOf: repeatElement(0, count: padding))
        let blocks = scratch.codes.count / 128
        bn_encode_i2_s(scratch.codes, blocks, &scratch.blocks)
        bn_ternary_lines_from_i2_s(scratch.blocks, blocks, lines)
    }

    /// I2_S rows that start on a block hold the fields already: no decoding.
    private func convertBlocks(
        _ row: Int, _ region: FileRegion, _ lines: UnsafeMutablePointer<UInt8>
    ) throws(TensorCodecError) {
        let rowBytes = columns / 4
        region.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            bn_ternary_lines_from_i2_s(
                base.assumingMemoryBound(to: UInt8.self) + row * rowBytes, columns / 128, lines)
        }
        guard bn_ternary_has_invalid(lines, TernaryMatrix.padded(columns) / 4) != 0 else { return }
        // The slow path names the first bad value.
        var codes: [UInt8] = []
        try TensorCodec.decodeTernaryCodes(
            region, .i2_s, totalValueCount: rows * columns,
            valueRange: row * columns..<(row + 1) * columns, into: &codes)
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
