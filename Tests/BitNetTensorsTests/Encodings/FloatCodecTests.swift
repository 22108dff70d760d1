import BitNetTensors
import BitNetTestSupport
import Foundation
import Testing

@Suite struct FloatCodecTests {
    private let patterns = (0...UInt16.max).map { $0 }

    private var patternBytes: [UInt8] {
        patterns.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    }

    /// The value of a 16-bit float from its definition, in float64.
    private func value(_ bits: UInt16, exponentBits: Int) -> Double {
        let fractionBits = 15 - exponentBits
        let exponent = Int(bits & 0x7fff) >> fractionBits
        let fraction = Double(bits & (1 << fractionBits - 1)) / Double(1 << fractionBits)
        let bias = 1 << (exponentBits - 1) - 1
        let sign: Double = bits & 0x8000 == 0 ? 1 : -1
        if exponent == 1 << exponentBits - 1 { return fraction == 0 ? sign * .infinity : .nan }
        if exponent == 0 { return sign * fraction * pow(2, Double(1 - bias)) }
        return sign * (1 + fraction) * pow(2, Double(exponent - bias))
    }

    @Test(arguments: [(TensorEncoding.float16, 5), (.bfloat16, 8)])
    func allPatternsDecodeToTheirDefinitionAndEncodeBack(
        _ encoding: TensorEncoding, _ exponentBits: Int
    ) throws {
        var decoded: [Float] = []
        try TensorCodec.decodeFloats(
            try mapped(patternBytes), encoding, valueRange: 0..<65536, into: &decoded)
        var mismatches: [UInt16] = []
        for (bits, found) in zip(patterns, decoded) {
            let expected = value(bits, exponentBits: exponentBits)
            let same = expected.isNaN ? found.isNaN : Float(expected).bitPattern == found.bitPattern
            if !same { mismatches.append(bits) }
        }
        #expect(mismatches == [])
        let encoded = try TensorCodec.encodeFloats(decoded, encoding)
        for (index, bits) in patterns.enumerated() where !decoded[index].isNaN {
            let found = UInt16(encoded[2 * index]) | UInt16(encoded[2 * index + 1]) << 8
            if found != bits { mismatches.append(bits) }
        }
        #expect(mismatches == [])
    }

    @Test(arguments: [(TensorEncoding.float16, 5), (.bfloat16, 8)])
    func valuesBetweenTwoPatternsRoundToTheNearestWithTiesToEven(
        _ encoding: TensorEncoding, _ exponentBits: Int
    ) throws {
        let infinity = UInt16(((1 << exponentBits) - 1) << (15 - exponentBits))
        var inputs: [Float] = []
        var expected: [UInt16] = []
        for lower in 0..<infinity - 1 {
            let low = value(lower, exponentBits: exponentBits)
            let high = value(lower + 1, exponentBits: exponentBits)
            let middle = Float((low + high) / 2)
            let even = lower & 1 == 0 ? lower : lower + 1
            inputs += [middle, -middle, middle.nextDown, middle.nextUp]
            expected += [even, even | 0x8000, lower, lower + 1]
        }
        let encoded = try TensorCodec.encodeFloats(inputs, encoding)
        let found = (0..<inputs.count).map {
            UInt16(encoded[2 * $0]) | UInt16(encoded[2 * $0 + 1]) << 8
        }
        #expect(found == expected)
    }

    @Test func valuesBeyondFloat16BecomeInfiniteAndNaNStaysNaN() throws {
        let inputs: [Float] = [65519.996, 65520, -1e30, .infinity, .nan, 2.9e-8, -2.9e-8]
        let encoded = try TensorCodec.encodeFloats(inputs, .float16)
        let found = (0..<inputs.count).map {
            UInt16(encoded[2 * $0]) | UInt16(encoded[2 * $0 + 1]) << 8
        }
        #expect(found == [0x7bff, 0x7c00, 0xfc00, 0x7c00, 0x7e00, 0, 0x8000])
        #expect(try TensorCodec.encodeFloats([.nan], .bfloat16) == [0xc0, 0x7f])
    }

    @Test func float32AndUInt8AreTakenAsTheyAre() throws {
        let values: [Float] = [1.5, -0, .infinity, .leastNonzeroMagnitude]
        let region = try mapped(try TensorCodec.encodeFloats(values, .float32))
        var decoded: [Float] = []
        try TensorCodec.decodeFloats(region, .float32, valueRange: 1..<4, into: &decoded)
        #expect(decoded.map(\.bitPattern) == values[1...].map(\.bitPattern))
        try TensorCodec.decodeFloats(region, .uint8, valueRange: 2..<4, into: &decoded)
        #expect(decoded == [192, 63])
    }
}
