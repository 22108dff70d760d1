import BitNetTensors
import BitNetTestSupport
import Testing

/// Against vectors of the PyPI package `gguf`; see Tools/make_codec_vectors.py.
@Suite struct BlockQuantTests {
    struct Case: Decodable {
        let blocks: String
        let decoded: [UInt32]
        let values: [UInt32]?
        let encoded: String?
    }

    private let cases: [String: Case]

    init() throws { cases = try Fixtures.json("codecs/block_quants.json") }

    @Test(arguments: [TensorEncoding.q8_0, .q4_0, .q6_K])
    func blocksDecodeToTheReferenceBitForBit(_ encoding: TensorEncoding) throws {
        let reference = try #require(cases[encoding.rawValue])
        let region = try mapped(bytes(hexadecimal: reference.blocks))
        let count = reference.decoded.count
        var decoded: [Float] = []
        try TensorCodec.decodeFloats(region, encoding, valueRange: 0..<count, into: &decoded)
        #expect(decoded.map(\.bitPattern) == reference.decoded)
        let half = count / 2
        try TensorCodec.decodeFloats(region, encoding, valueRange: half..<count, into: &decoded)
        #expect(decoded.map(\.bitPattern) == Array(reference.decoded[half...]))
    }

    @Test(arguments: [TensorEncoding.q8_0, .q4_0])
    func valuesEncodeToTheReferenceByteForByte(_ encoding: TensorEncoding) throws {
        let reference = try #require(cases[encoding.rawValue])
        let values = try #require(reference.values).map { Float(bitPattern: $0) }
        let encoded = bytes(hexadecimal: try #require(reference.encoded))
        #expect(try TensorCodec.encodeFloats(values, encoding) == encoded)
    }

    /// The largest error is half a step (amax / 127, and amax / 32 for q6_K) and what rounding the
    /// scales adds; q4_0 has no code for +8, hence a whole step of amax / 8.
    @Test(arguments: [(TensorEncoding.q8_0, 0.57 / 127), (.q4_0, 1.01 / 8), (.q6_K, 0.75 / 32)])
    func roundTripsStayWithinTheStepOfTheEncoding(
        _ encoding: TensorEncoding, _ tolerance: Double
    ) throws {
        var generator = SeededGenerator(seed: 11)
        let values = (0..<256 * 8).map { _ in Float.random(in: -3...3, using: &generator) }
        let region = try mapped(try TensorCodec.encodeFloats(values, encoding))
        var decoded: [Float] = []
        try TensorCodec.decodeFloats(region, encoding, valueRange: 0..<values.count, into: &decoded)
        let error = zip(values, decoded).map { abs(Double($0 - $1)) }.max() ?? .infinity
        #expect(error <= 3 * tolerance)
    }

    @Test(arguments: [TensorEncoding.q8_0, .q4_0, .q6_K])
    func zerosAndTinyValuesDecodeToZerosNotToNaN(_ encoding: TensorEncoding) throws {
        let values =
            [Float](repeating: 0, count: 256)
            + [Float](repeating: .leastNonzeroMagnitude, count: 256)
        let region = try mapped(try TensorCodec.encodeFloats(values, encoding))
        var decoded: [Float] = []
        try TensorCodec.decodeFloats(region, encoding, valueRange: 0..<512, into: &decoded)
        #expect(decoded.allSatisfy { $0 == 0 })
    }

    @Test(arguments: [TensorEncoding.q8_0, .q4_0, .q6_K])
    func valuesWithoutAFiniteScaleAreRefused(_ encoding: TensorEncoding) throws {
        for (extreme, text) in [(Float.nan, "value 300 is nan"), (1e30, "block")] {
            var values = [Float](repeating: 1, count: 512)
            values[300] = extreme
            let error = codecError { () throws(TensorCodecError) in
                _ = try TensorCodec.encodeFloats(values, encoding)
            }
            #expect(error?.code == .unrepresentable)
            #expect(error?.message.contains(text) == true)
        }
    }
}
