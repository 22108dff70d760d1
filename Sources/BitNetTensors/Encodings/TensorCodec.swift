internal import CBitNetKernels

/// Decoding of stored tensors, and encoding, for every `TensorEncoding`.
///
/// Ternary values travel as codes: value + 1, so 0, 1 or 2. All functions check sizes and ranges
/// against the bytes they were given, so a damaged file gives an error.
public enum TensorCodec {
    /// Decodes the values `valueRange` of the tensor stored in `region` to float32, in flat
    /// row-major order.
    ///
    /// The bounds of `valueRange` must be multiples of the encoding's block. `values` is resized to
    /// the range's count and keeps its storage when it fits. Ternary encodings give code - 1 times
    /// the scale of the tensor (I2_S) or block.
    public static func decodeFloats(
        _ region: FileRegion, _ encoding: TensorEncoding, valueRange: Range<Int>,
        into values: inout [Float]
    ) throws(TensorCodecError) {
        if encoding.isTernary {
            return try decodeTernaryFloats(region, encoding, valueRange: valueRange, into: &values)
        }
        let source = try blocks(of: region, encoding, valueRange)
        resize(&values, to: valueRange.count, filler: 0)
        let blockCount = valueRange.count / encoding.valuesPerBlock
        source.withUnsafeBytes { bytes in
            values.withUnsafeMutableBufferPointer { target in
                guard let bytes = bytes.baseAddress, let target = target.baseAddress else { return }
                decode(bytes, encoding, blockCount: blockCount, into: target)
            }
        }
    }

    static func decode(
        _ bytes: UnsafeRawPointer, _ encoding: TensorEncoding, blockCount: Int,
        into target: UnsafeMutablePointer<Float>
    ) {
        let source = bytes.assumingMemoryBound(to: UInt8.self)
        switch encoding {
        case .float32:
            UnsafeMutableRawPointer(target).copyMemory(from: bytes, byteCount: 4 * blockCount)
        case .float16: bn_decode_float16(source, blockCount, target)
        case .bfloat16: bn_decode_bfloat16(source, blockCount, target)
        case .uint8:
            for index in 0..<blockCount { target[index] = Float(source[index]) }
        case .q8_0: bn_decode_q8_0(source, blockCount, target)
        case .q6_K: bn_decode_q6_k(source, blockCount, target)
        case .q4_0: bn_decode_q4_0(source, blockCount, target)
        case .i2_s, .tq1_0, .tq2_0:
            preconditionFailure("ternary encodings are decoded through their codes")
        }
    }

    /// The bytes of the blocks that hold the values `valueRange`.
    static func blocks(
        of region: FileRegion, _ encoding: TensorEncoding, _ valueRange: Range<Int>
    ) throws(TensorCodecError) -> FileRegion {
        let block = encoding.valuesPerBlock
        guard valueRange.lowerBound >= 0, valueRange.lowerBound % block == 0,
            valueRange.upperBound % block == 0
        else {
            throw TensorCodecError(
                code: .wrongRange,
                message: "values \(valueRange) do not start and end on a block of \(block) values "
                    + "of \(encoding.rawValue)")
        }
        let lower = (valueRange.lowerBound / block)
            .multipliedReportingOverflow(by: encoding.bytesPerBlock)
        let upper = (valueRange.upperBound / block)
            .multipliedReportingOverflow(by: encoding.bytesPerBlock)
        guard !lower.overflow, !upper.overflow,
            let part = region.subregion(lower.partialValue..<upper.partialValue)
        else {
            throw TensorCodecError(
                code: .wrongSize,
                message: "values \(valueRange) of \(encoding.rawValue) lie outside the tensor's "
                    + "\(region.count) bytes")
        }
        return part
    }

    /// Makes `array` hold exactly `count` elements, reusing its storage.
    static func resize<Element>(_ array: inout [Element], to count: Int, filler: Element) {
        if array.count > count {
            array.removeLast(array.count - count)
        } else if array.count < count {
            array.append(contentsOf: repeatElement(filler, count: count - array.count))
        }
    }
}
