import BitNetTensors
import Testing

@Suite struct AlignedBufferTests {
    @Test(arguments: [1, 63, 4096, 3 << 20], [false, true])
    func memoryIsZeroedAndAligned(_ count: Int, _ hugePages: Bool) throws {
        let buffer = try #require(AlignedBuffer<UInt8>(count: count, hugePages: hugePages))
        #expect(buffer.count == count)
        #expect(buffer.all.allSatisfy { $0 == 0 })
        #expect(UInt(bitPattern: buffer.base) % (hugePages ? 2 << 20 : 64) == 0)
        buffer[count - 1] = 7
        #expect(buffer[count - 1] == 7)
    }

    @Test(arguments: [-1, Int.min, Int.max, Int.max / 4, 1 << 61, 1 << 50])
    func absurdSizesGiveNil(_ count: Int) {
        #expect(AlignedBuffer<Float>(count: count) == nil)
        #expect(AlignedBuffer<Float>(count: count, hugePages: true) == nil)
    }

    @Test func emptyBuffersAreBuffers() throws {
        let buffer = try #require(AlignedBuffer<Float>(count: 0))
        #expect(buffer.all.isEmpty)
        buffer.assign([])
    }

    @Test func rangesAreCopied() throws {
        let buffer = try #require(AlignedBuffer<Int32>(count: 6))
        buffer.assign([1, 2, 3], at: 2)
        #expect(buffer.all == [0, 0, 1, 2, 3, 0])
        let other = try #require(AlignedBuffer<Int32>(count: 4))
        other.assign(from: buffer, 2..<5, at: 1)
        #expect(other.all == [0, 1, 2, 3])
        var values: [Int32] = [9, 9, 9, 9, 9]
        buffer.copy(1..<4, into: &values)
        #expect(values == [0, 1, 2])
    }

    #if !os(iOS) && !os(tvOS) && !os(watchOS) && !os(visionOS)
    @Test func accessOutsideStopsTheProgram() async {
        await #expect(processExitsWith: .failure) {
            let buffer = try #require(AlignedBuffer<Float>(count: 4))
            _ = buffer[4]
        }
        await #expect(processExitsWith: .failure) {
            try #require(AlignedBuffer<Float>(count: 4)).assign([1, 2], at: 3)
        }
        await #expect(processExitsWith: .failure) {
            _ = try #require(AlignedBuffer<Float>(count: 4)).values(2..<5)
        }
    }
    #endif
}
