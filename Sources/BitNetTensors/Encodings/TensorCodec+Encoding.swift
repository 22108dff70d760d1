internal import CBitNetKernels

extension TensorCodec {
    /// Encodes `values` as float32, float16, bfloat16 (rounded to nearest, ties to even), q8_0, q6_K
    /// or q4_0.
    ///
    /// The count must be a multiple of the encoding's block. The block encodings refuse values that
    /// are not finite or whose scale exceeds float16.
    public static func encodeFloats(
        _ values: [Float], _ encoding: TensorEncoding
    ) throws(TensorCodecError) -> [UInt8] {
        guard !encoding.isTernary, encoding != .uint8 else {
            throw TensorCodecError(
                code: .wrongEncoding,
                message: "expected an encoding of float values, found \(encoding.rawValue)")
        }
        let count = try encodedSize(values.count, encoding)
        if encoding.valuesPerBlock > 1 { try checkFinite(values) }
        var bytes = [UInt8](repeating: 0, count: count)
        encode(values, encoding, into: &bytes)
        if encoding.valuesPerBlock > 1 { try checkScales(bytes, encoding) }
        return bytes
    }

    private static func encode(
        _ values: [Float], _ encoding: TensorEncoding, into bytes: inout [UInt8]
    ) {
        let blockCount = values.count / encoding.valuesPerBlock
        switch encoding {
        case .float32:
            values.withUnsafeBytes { source in
                bytes.withUnsafeMutableBytes { $0.copyMemory(from: source) }
            }
        case .float16: bn_encode_float16(values, blockCount, &bytes)
        case .bfloat16: bn_encode_bfloat16(values, blockCount, &bytes)
        case .q8_0: bn_encode_q8_0(values, blockCount, &bytes)
        case .q6_K: bn_encode_q6_k(values, blockCount, &bytes)
        case .q4_0: bn_encode_q4_0(values, blockCount, &bytes)
        case .uint8, .i2_s, .tq1_0, .tq2_0:
            preconditionFailure("not an encoding of float values")
        }
    }

    /// Encodes `codes` (0, 1, 2 for -1, 0, +1) with one `scale` as i2_s, tq1_0 or tq2_0.
    ///
    /// The result is the whole tensor, its tail included. The TQ encodings round the scale to
    /// float16; every bfloat16 in float16's normal range is one.
    public static func encodeTernary(
        codes: [UInt8], scale: Float, _ encoding: TensorEncoding
    ) throws(TensorCodecError) -> [UInt8] {
        guard encoding.isTernary else {
            throw TensorCodecError(
                code: .wrongEncoding,
                message: "expected i2_s, tq1_0 or tq2_0, found \(encoding.rawValue)")
        }
        let count = try encodedSize(codes.count, encoding)
        try checkCodes(codes)
        let half = HalfPrecision.bits(scale)
        guard scale.isFinite, encoding == .i2_s || HalfPrecision.float(half).isFinite else {
            throw TensorCodecError(
                code: .unrepresentable,
                message: "the scale \(scale) cannot be stored in \(encoding.rawValue)")
        }
        var bytes = [UInt8](repeating: 0, count: count)
        let blockCount = codes.count / encoding.valuesPerBlock
        switch encoding {
        case .tq1_0: bn_encode_tq1_0(codes, blockCount, half, &bytes)
        case .tq2_0: bn_encode_tq2_0(codes, blockCount, half, &bytes)
        default:
            bn_encode_i2_s(codes, blockCount, &bytes)
            storeTail(scale, at: codes.count / 4, in: &bytes)
        }
        return bytes
    }

    /// Encodes `rows` by `columns` codes in Hugging Face's packing: uint8 `[rows / 4, columns]`.
    public static func encodePackedTernary(
        codes: [UInt8], rows: Int, columns: Int
    ) throws(TensorCodecError) -> [UInt8] {
        try checkPackedShape(rows: rows, columns: columns, byteCount: codes.count / 4)
        guard codes.count % 4 == 0 else {
            throw TensorCodecError(
                code: .wrongSize,
                message: "expected \(rows) x \(columns) codes, found \(codes.count)")
        }
        try checkCodes(codes)
        var bytes = [UInt8](repeating: 0, count: codes.count / 4)
        let quarter = codes.count / 4
        codes.withUnsafeBufferPointer { codes in
            guard let start = codes.baseAddress else { return }
            bn_encode_packed(
                start, start + quarter, start + 2 * quarter, start + 3 * quarter, quarter, &bytes)
        }
        return bytes
    }

    private static func storeTail(_ scale: Float, at offset: Int, in bytes: inout [UInt8]) {
        for index in 0..<4 {
            bytes[offset + index] = UInt8(truncatingIfNeeded: scale.bitPattern >> (8 * index))
        }
    }

    private static func encodedSize(
        _ valueCount: Int, _ encoding: TensorEncoding
    ) throws(TensorCodecError) -> Int {
        if let count = encoding.byteCount(valueCount: valueCount) { return count }
        throw TensorCodecError(
            code: .wrongSize,
            message: "\(valueCount) values do not fill whole blocks of \(encoding.valuesPerBlock) "
                + "values of \(encoding.rawValue)")
    }

    private static func checkCodes(_ codes: [UInt8]) throws(TensorCodecError) {
        guard let index = codes.firstIndex(where: { $0 > 2 }) else { return }
        throw TensorCodecError(
            code: .invalidCode,
            message: "value \(index) has the code \(codes[index]); ternary codes are 0, 1 and 2")
    }

    private static func checkFinite(_ values: [Float]) throws(TensorCodecError) {
        guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
        throw TensorCodecError(
            code: .unrepresentable,
            message: "value \(index) is \(values[index]), not a finite number")
    }

    /// Refuses blocks whose float16 scale became infinite.
    private static func checkScales(
        _ bytes: [UInt8], _ encoding: TensorEncoding
    ) throws(TensorCodecError) {
        let size = encoding.bytesPerBlock
        let offset = encoding == .q6_K ? size - 2 : 0
        for start in stride(from: 0, to: bytes.count, by: size)
        where bytes[start + offset + 1] & 0x7c == 0x7c {
            throw TensorCodecError(
                code: .unrepresentable,
                message: "the values of block \(start / size) are too large for a float16 scale")
        }
    }
}
