internal import CBitNetKernels

/// Conversion of single numbers between float32 and float16 bits, on every platform.
enum HalfPrecision {
    /// The value of the float16 with these bits, exactly.
    static func float(_ bits: UInt16) -> Float {
        var value: Float = 0
        withUnsafeBytes(of: bits.littleEndian) { bytes in
            guard let source = bytes.baseAddress else { return }
            bn_decode_float16(source.assumingMemoryBound(to: UInt8.self), 1, &value)
        }
        return value
    }

    /// The bits of the float16 nearest to `value`, ties to even.
    static func bits(_ value: Float) -> UInt16 {
        var bytes: [UInt8] = [0, 0]
        bn_encode_float16([value], 1, &bytes)
        return UInt16(bytes[0]) | UInt16(bytes[1]) << 8
    }
}

extension Float {
    /// The number rounded to float16, ties to even.
    package var roundedToFloat16: Float { HalfPrecision.float(HalfPrecision.bits(self)) }

    /// The two bytes, low one first, of the number rounded to float16.
    package var float16Bytes: [UInt8] {
        let bits = HalfPrecision.bits(self)
        return [UInt8(truncatingIfNeeded: bits), UInt8(bits >> 8)]
    }

    /// Whether the number is the same after rounding to float16.
    package var isExactFloat16: Bool { roundedToFloat16 == self }

    /// Whether the number is the same after rounding to bfloat16.
    package var isExactBFloat16: Bool { bitPattern & 0xFFFF == 0 }
}
