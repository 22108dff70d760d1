import BitNetTensors
import BitNetTestSupport
import Testing

@Suite struct TernaryCodecTests {
    struct FormatCases: Decodable {
        struct Packed: Decodable {
            let rows: Int
            let cols: Int
            let ternary: [[Int]]
            let packed: [[UInt8]]
        }
        struct Blocks: Decodable {
            let scale: Float
            let ternary: [Int]
            let bytes_hex: String
        }
        let hf_pack: [Packed]
        let i2_s: Blocks
        let tq1_0: Blocks
        let tq2_0: Blocks

        func blocks(_ encoding: TensorEncoding) -> Blocks {
            switch encoding {
            case .tq1_0: tq1_0
            case .tq2_0: tq2_0
            default: i2_s
            }
        }
    }

    private let cases: FormatCases

    init() throws { cases = try Fixtures.json("format_cases.json") }

    @Test(arguments: [TensorEncoding.i2_s, .tq1_0, .tq2_0])
    func referenceBlocksDecodeAndEncodeExactly(_ encoding: TensorEncoding) throws {
        let blocks = cases.blocks(encoding)
        let stored = bytes(hexadecimal: blocks.bytes_hex)
        let codes = blocks.ternary.map { UInt8($0 + 1) }
        let region = try mapped(stored)
        var decoded: [UInt8] = []
        try TensorCodec.decodeTernaryCodes(
            region, encoding, totalValueCount: 512, valueRange: 0..<512, into: &decoded)
        #expect(decoded == codes)
        try TensorCodec.decodeTernaryCodes(
            region, encoding, totalValueCount: 512, valueRange: 256..<512, into: &decoded)
        #expect(decoded == Array(codes[256...]))
        let scale = try TensorCodec.ternaryScale(region, encoding, totalValueCount: 512)
        #expect(scale == blocks.scale)
        #expect(
            try TensorCodec.encodeTernary(codes: codes, scale: scale, encoding)
                == encoded(stored, encoding))
        var floats: [Float] = []
        try TensorCodec.decodeFloats(region, encoding, valueRange: 0..<512, into: &floats)
        #expect(floats == blocks.ternary.map { Float($0) * blocks.scale })
    }

    /// Other writers may repeat the scale in an I2_S tail; this package writes zeros there.
    private func encoded(_ stored: [UInt8], _ encoding: TensorEncoding) -> [UInt8] {
        guard encoding == .i2_s else { return stored }
        return stored.prefix(512 / 4 + 4) + [UInt8](repeating: 0, count: 28)
    }

    @Test func referencePackedRowsDecodeAndEncodeExactly() throws {
        for pack in cases.hf_pack {
            let packed = pack.packed.flatMap { $0 }
            let region = try mapped(packed)
            var codes: [UInt8] = []
            for row in 0..<pack.rows {
                try TensorCodec.decodePackedTernaryRow(
                    region, rows: pack.rows, columns: pack.cols, row: row, into: &codes)
                #expect(codes.map { Int($0) - 1 } == pack.ternary[row])
            }
            let all = pack.ternary.flatMap { $0 }.map { UInt8($0 + 1) }
            #expect(
                try TensorCodec.encodePackedTernary(codes: all, rows: pack.rows, columns: pack.cols)
                    == packed)
        }
    }

    @Test(arguments: [TensorEncoding.i2_s, .tq1_0, .tq2_0])
    func randomCodesSurviveARoundTrip(_ encoding: TensorEncoding) throws {
        let codes = randomCodes(256 * 37, seed: 5)
        let region = try mapped(
            try TensorCodec.encodeTernary(codes: codes, scale: 0.75, encoding))
        #expect(region.count == encoding.byteCount(valueCount: codes.count))
        var decoded: [UInt8] = []
        try TensorCodec.decodeTernaryCodes(
            region, encoding, totalValueCount: codes.count, valueRange: 0..<codes.count,
            into: &decoded)
        #expect(decoded == codes)
        #expect(
            try TensorCodec.ternaryScale(region, encoding, totalValueCount: codes.count) == 0.75)
    }

    @Test(arguments: [TensorEncoding.i2_s, .tq2_0])
    func aCodeThreeIsRefusedWithItsIndex(_ encoding: TensorEncoding) throws {
        let codes = randomCodes(1024, seed: 6)
        var stored = try TensorCodec.encodeTernary(codes: codes, scale: 1, encoding)
        // Byte 5 of the block at value 512: its two low bits are value 5 (TQ2_0) or 96 + 5 (I2_S).
        stored[512 / encoding.valuesPerBlock * encoding.bytesPerBlock + 5] |= 3
        let region = try mapped(stored)
        var decoded: [UInt8] = []
        let error = codecError { () throws(TensorCodecError) in
            try TensorCodec.decodeTernaryCodes(
                region, encoding, totalValueCount: 1024, valueRange: 256..<1024, into: &decoded)
        }
        #expect(error?.code == .invalidCode)
        let index = encoding == .i2_s ? 613 : 517
        #expect(error?.message.hasPrefix("value \(index) has the code 3") == true)
    }

    @Test func everyByteThatIsNoSumOfTritsIsRefused() throws {
        let sums = Set((0..<243).map { UInt8(($0 * 256 + 242) / 243) })
        for byte in UInt8.min...UInt8.max {
            var stored = try TensorCodec.encodeTernary(
                codes: randomCodes(512, seed: 7), scale: 1, .tq1_0)
            stored[54 + 40] = byte
            let region = try mapped(stored)
            var codes: [UInt8] = []
            let error = codecError { () throws(TensorCodecError) in
                try TensorCodec.decodeTernaryCodes(
                    region, .tq1_0, totalValueCount: 512, valueRange: 0..<512, into: &codes)
            }
            #expect((error == nil) == sums.contains(byte), "\(byte)")
            if let error { #expect(error.message.contains("the block at value 256")) }
        }
    }

    @Test func aPackedCodeThreeIsRefusedWithRowAndColumn() throws {
        var packed = try TensorCodec.encodePackedTernary(
            codes: randomCodes(8 * 6, seed: 8), rows: 8, columns: 6)
        packed[6 + 4] |= 0b0011_0000
        let region = try mapped(packed)
        var codes: [UInt8] = []
        let error = codecError { () throws(TensorCodecError) in
            try TensorCodec.decodePackedTernaryRow(
                region, rows: 8, columns: 6, row: 5, into: &codes)
        }
        #expect(error?.message == "row 5, column 4 has the code 3; ternary codes are 0, 1 and 2")
    }
}
