import BitNetTensors
import Testing

@Suite struct TernaryScaleTests {
    private let zeros = [UInt8](repeating: 1, count: 256)

    /// Blocks of 256 codes, each encoded with its own scale.
    private func region(
        _ blocks: [(codes: [UInt8], scale: Float)], _ encoding: TensorEncoding
    ) throws -> FileRegion {
        try mapped(
            try blocks.flatMap {
                try TensorCodec.encodeTernary(codes: $0.codes, scale: $0.scale, encoding)
            })
    }

    @Test(arguments: [TensorEncoding.tq1_0, .tq2_0])
    func blocksOfZerosMayCarryTheScaleZero(_ encoding: TensorEncoding) throws {
        let codes = randomCodes(256, seed: 1)
        let region = try region([(zeros, 0), (codes, 0.5), (zeros, 0), (zeros, 0.5)], encoding)
        #expect(try TensorCodec.ternaryScale(region, encoding, totalValueCount: 1024) == 0.5)
    }

    @Test(arguments: [TensorEncoding.tq1_0, .tq2_0])
    func differingBlockScalesAreRefused(_ encoding: TensorEncoding) throws {
        let codes = randomCodes(256, seed: 2)
        for scales: [Float] in [[0.5, 0.25], [0.5, 0], [0, 0.5]] {
            let region = try region([(codes, scales[0]), (codes, scales[1])], encoding)
            let error = codecError { () throws(TensorCodecError) in
                _ = try TensorCodec.ternaryScale(region, encoding, totalValueCount: 512)
            }
            #expect(error?.code == .differingScales)
            #expect(
                error?.message.hasSuffix(
                    "found differing block scales: \(scales[1]) in block 1, \(scales[0]) before")
                    == true)
        }
    }

    @Test func aTensorOfZerosHasTheScaleZero() throws {
        let region = try region([(zeros, 0), (zeros, 0)], .tq2_0)
        #expect(try TensorCodec.ternaryScale(region, .tq2_0, totalValueCount: 512) == 0)
    }

    @Test func aScaleThatIsNotFiniteIsRefused() throws {
        var bytes = try TensorCodec.encodeTernary(codes: zeros, scale: 1, .i2_s)
        bytes.replaceSubrange(64..<68, with: [0, 0, 0xc0, 0x7f])
        let region = try mapped(bytes)
        let error = codecError { () throws(TensorCodecError) in
            _ = try TensorCodec.ternaryScale(region, .i2_s, totalValueCount: 256)
        }
        #expect(error?.message == "the tensor's scale is nan, not a number")
        #expect(
            codecError { () throws(TensorCodecError) in
                _ = try TensorCodec.encodeTernary(codes: [], scale: .infinity, .i2_s)
            }?.code == .unrepresentable)
        #expect(
            codecError { () throws(TensorCodecError) in
                _ = try TensorCodec.encodeTernary(codes: [], scale: 70000, .tq1_0)
            }?.code == .unrepresentable)
    }
}
