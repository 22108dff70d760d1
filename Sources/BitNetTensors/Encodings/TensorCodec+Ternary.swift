internal import CBitNetKernels

extension TensorCodec {
    /// Decodes the ternary codes of the values `valueRange` of a tensor of `totalValueCount` values.
    ///
    /// The bounds of `valueRange` must be multiples of the encoding's block. `codes` is resized to
    /// the range's count. A code 3, or a byte that is no sum of trits, is refused with its index.
    public static func decodeTernaryCodes(
        _ region: FileRegion, _ encoding: TensorEncoding, totalValueCount: Int,
        valueRange: Range<Int>, into codes: inout [UInt8]
    ) throws(TensorCodecError) {
        try checkTernary(region, encoding, totalValueCount)
        guard valueRange.upperBound <= totalValueCount else {
            throw TensorCodecError(
                code: .wrongRange,
                message: "values \(valueRange) lie outside the tensor's \(totalValueCount) values")
        }
        let source = try blocks(of: region, encoding, valueRange)
        resize(&codes, to: valueRange.count, filler: 0)
        let blockCount = valueRange.count / encoding.valuesPerBlock
        guard decodeCodes(source, encoding, blockCount: blockCount, into: &codes) else {
            throw invalidCode(source, encoding, firstValue: valueRange.lowerBound)
        }
    }

    /// Decodes row `row` of a matrix in Hugging Face's packing: uint8 `[rows / 4, columns]`.
    ///
    /// `codes` is resized to `columns`. Neighbouring rows lie in different bytes; the rows `row`,
    /// `row + rows / 4`, ... share theirs.
    public static func decodePackedTernaryRow(
        _ region: FileRegion, rows: Int, columns: Int, row: Int, into codes: inout [UInt8]
    ) throws(TensorCodecError) {
        try checkPackedShape(rows: rows, columns: columns, byteCount: region.count)
        guard row >= 0, row < rows else {
            throw TensorCodecError(
                code: .wrongRange, message: "row \(row) lies outside the matrix's \(rows) rows")
        }
        resize(&codes, to: columns, filler: 0)
        let packedRows = rows / 4
        let start = row % packedRows * columns
        let shift = UInt32(2 * (row / packedRows))
        let wrong = region.file.withUnsafeBytes(
            region.range.lowerBound + start..<region.range.lowerBound + start + columns
        ) { bytes in
            codes.withUnsafeMutableBufferPointer { target in
                decodePacked(bytes, shift: shift, into: target)
            }
        }
        guard wrong, let column = codes.firstIndex(of: 3) else { return }
        throw TensorCodecError(
            code: .invalidCode,
            message: "row \(row), column \(column) has the code 3; ternary codes are 0, 1 and 2")
    }

    private static func decodePacked(
        _ bytes: UnsafeRawBufferPointer, shift: UInt32,
        into target: UnsafeMutableBufferPointer<UInt8>
    ) -> Bool {
        guard let source = bytes.baseAddress, let target = target.baseAddress else { return false }
        return bn_decode_packed_codes(
            source.assumingMemoryBound(to: UInt8.self), bytes.count, shift, target) != 0
    }

    /// Checks that `rows` by `columns` codes fit `byteCount` bytes of Hugging Face's packing.
    static func checkPackedShape(
        rows: Int, columns: Int, byteCount: Int
    ) throws(TensorCodecError) {
        let expected = (rows / 4).multipliedReportingOverflow(by: columns)
        guard rows > 0, columns > 0, rows % 4 == 0, !expected.overflow,
            expected.partialValue == byteCount
        else {
            throw TensorCodecError(
                code: .wrongSize,
                message:
                    "expected \(rows) rows (a multiple of 4) of \(columns) columns packed four "
                    + "to a byte, found \(byteCount) bytes")
        }
    }

    /// Checks that the encoding is ternary and that `region` is as large as the tensor needs.
    static func checkTernary(
        _ region: FileRegion, _ encoding: TensorEncoding, _ totalValueCount: Int
    ) throws(TensorCodecError) {
        guard encoding.isTernary else {
            throw TensorCodecError(
                code: .wrongEncoding,
                message: "expected i2_s, tq1_0 or tq2_0, found \(encoding.rawValue)")
        }
        guard let expected = encoding.byteCount(valueCount: totalValueCount) else {
            throw TensorCodecError(
                code: .wrongSize,
                message: "\(totalValueCount) values do not fill whole blocks of "
                    + "\(encoding.valuesPerBlock) values of \(encoding.rawValue)")
        }
        guard region.count >= expected else {
            throw TensorCodecError(
                code: .wrongSize,
                message: "expected \(expected) bytes for \(totalValueCount) values of "
                    + "\(encoding.rawValue), found \(region.count)")
        }
    }

    /// Decodes whole blocks; false when one holds an invalid code.
    static func decodeCodes(
        _ source: FileRegion, _ encoding: TensorEncoding, blockCount: Int, into codes: inout [UInt8]
    ) -> Bool {
        source.withUnsafeBytes { bytes in
            codes.withUnsafeMutableBufferPointer { target in
                guard let bytes = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
                    let target = target.baseAddress
                else { return true }
                return switch encoding {
                case .i2_s: bn_decode_i2_s_codes(bytes, blockCount, target) == 0
                case .tq1_0: bn_decode_tq1_0_codes(bytes, blockCount, target) == 0
                case .tq2_0: bn_decode_tq2_0_codes(bytes, blockCount, target) == 0
                default: false
                }
            }
        }
    }

    /// The error that names the first invalid code, searched for block by block.
    private static func invalidCode(
        _ source: FileRegion, _ encoding: TensorEncoding, firstValue: Int
    ) -> TensorCodecError {
        let size = encoding.bytesPerBlock
        var codes = [UInt8](repeating: 0, count: encoding.valuesPerBlock)
        for block in 0..<source.count / size {
            guard let part = source.subregion(block * size..<(block + 1) * size),
                !decodeCodes(part, encoding, blockCount: 1, into: &codes)
            else { continue }
            let index =
                firstValue + block * encoding.valuesPerBlock + (codes.firstIndex(of: 3) ?? 0)
            let found =
                encoding == .tq1_0
                ? "the block at value \(index) has a byte that is no sum of trits"
                : "value \(index) has the code 3"
            return TensorCodecError(
                code: .invalidCode,
                message: "\(found); the \(encoding.rawValue) data are damaged or in another layout")
        }
        return TensorCodecError(code: .invalidCode, message: "a ternary code is invalid")
    }
}
