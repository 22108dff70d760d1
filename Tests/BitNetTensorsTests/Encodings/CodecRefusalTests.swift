import BitNetTensors
import Testing

@Suite struct CodecRefusalTests {
    @Test(arguments: TensorEncoding.allCases)
    func sizesAreExactAndNeverOverflow(_ encoding: TensorEncoding) {
        let block = encoding.valuesPerBlock
        let tail = encoding == .i2_s ? 32 : 0
        #expect(encoding.byteCount(valueCount: 3 * block) == 3 * encoding.bytesPerBlock + tail)
        #expect(encoding.byteCount(valueCount: -block) == nil)
        if block > 1 { #expect(encoding.byteCount(valueCount: block + 1) == nil) }
        let most = Int.max / block * block
        let size = (most / block).multipliedReportingOverflow(by: encoding.bytesPerBlock)
        #expect((encoding.byteCount(valueCount: most) == nil) == size.overflow)
    }

    @Test(arguments: TensorEncoding.allCases)
    func rangesOutsideTheTensorOrOffTheBlocksAreRefused(_ encoding: TensorEncoding) throws {
        let block = encoding.valuesPerBlock
        let size = try #require(encoding.byteCount(valueCount: 2 * block))
        let region = try mapped([UInt8](repeating: 0, count: size))
        var values: [Float] = []
        func decode(_ range: Range<Int>) -> TensorCodecError.Code? {
            codecError { () throws(TensorCodecError) in
                try TensorCodec.decodeFloats(region, encoding, valueRange: range, into: &values)
            }?.code
        }
        #expect(decode(0..<2 * block) == nil)
        #expect(decode(block..<block) == nil)
        #expect(decode(0..<4 * block) != nil)
        #expect(decode(-block..<block) == .wrongRange)
        #expect(decode(0..<Int.max / block * block) != nil)
        if block > 1 { #expect(decode(1..<block) == .wrongRange) }
    }

    @Test func ternaryDecodingChecksEncodingSizeAndRange() throws {
        let region = try mapped([UInt8](repeating: 0x55, count: 96))
        var codes: [UInt8] = []
        func decode(_ encoding: TensorEncoding, _ total: Int, _ range: Range<Int>) -> String? {
            codecError { () throws(TensorCodecError) in
                try TensorCodec.decodeTernaryCodes(
                    region, encoding, totalValueCount: total, valueRange: range, into: &codes)
            }?.message
        }
        #expect(decode(.i2_s, 256, 0..<256) == nil)
        #expect(decode(.float16, 48, 0..<48) == "expected i2_s, tq1_0 or tq2_0, found float16")
        #expect(
            decode(.i2_s, 384, 0..<128) == "expected 128 bytes for 384 values of i2_s, found 96")
        #expect(
            decode(.i2_s, 200, 0..<128)
                == "200 values do not fill whole blocks of 128 values of i2_s")
        #expect(decode(.i2_s, 128, 0..<256) == "values 0..<256 lie outside the tensor's 128 values")
    }

    @Test func packedRowsCheckShapeAndRow() throws {
        let region = try mapped([UInt8](repeating: 0x55, count: 12))
        var codes: [UInt8] = []
        func code(_ rows: Int, _ columns: Int, _ row: Int) -> TensorCodecError.Code? {
            codecError { () throws(TensorCodecError) in
                try TensorCodec.decodePackedTernaryRow(
                    region, rows: rows, columns: columns, row: row, into: &codes)
            }?.code
        }
        #expect(code(8, 6, 7) == nil)
        #expect(code(8, 6, 8) == .wrongRange)
        #expect(code(8, 6, -1) == .wrongRange)
        #expect(code(9, 6, 0) == .wrongSize)
        #expect(code(8, 7, 0) == .wrongSize)
        #expect(code(0, 6, 0) == .wrongSize)
        #expect(code(.max - 3, .max, 0) == .wrongSize)
    }

    @Test func encodersRefuseWrongCountsAndCodes() {
        func code(_ body: () throws(TensorCodecError) -> [UInt8]) -> TensorCodecError.Code? {
            codecError { () throws(TensorCodecError) in _ = try body() }?.code
        }
        let wrong = [UInt8](repeating: 3, count: 256)
        #expect(
            code { () throws(TensorCodecError) in
                try TensorCodec.encodeTernary(codes: wrong, scale: 1, .i2_s)
            } == .invalidCode)
        #expect(
            code { () throws(TensorCodecError) in
                try TensorCodec.encodePackedTernary(codes: wrong, rows: 16, columns: 16)
            } == .invalidCode)
        #expect(
            code { () throws(TensorCodecError) in
                try TensorCodec.encodePackedTernary(codes: [0, 1, 2], rows: 4, columns: 1)
            } == .wrongSize)
        #expect(
            code { () throws(TensorCodecError) in
                try TensorCodec.encodeFloats([1, 2], .q8_0)
            } == .wrongSize)
        #expect(
            code { () throws(TensorCodecError) in
                try TensorCodec.encodeFloats([1, 2], .i2_s)
            } == .wrongEncoding)
    }
}
