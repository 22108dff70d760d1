import BitNetTensors
import BitNetTestSupport
import Testing

@Suite struct MappedFileTests {
    @Test func regionsReadLittleEndianIntegersAndRefuseEverythingOutside() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([1, 2, 3, 4, 5, 6, 7, 8, 9], to: "bytes")
        let region = try MappedFile(path: path).region
        #expect(region.count == 9)
        #expect(region.load(UInt16.self, at: 1) == 0x0302)
        #expect(region.load(UInt64.self, at: 1) == 0x0908_0706_0504_0302)
        #expect(region.load(UInt64.self, at: 2) == nil)
        #expect(region.load(UInt8.self, at: 9) == nil)
        #expect(region.load(UInt8.self, at: -1) == nil)
        #expect(region.load(UInt8.self, at: .max) == nil)
        #expect(region.array(of: UInt16.self, count: 3, at: 2) == [0x0403, 0x0605, 0x0807])
        #expect(region.array(of: UInt16.self, count: 4, at: 2) == nil)
        #expect(region.array(of: UInt16.self, count: .max, at: 2) == nil)
        #expect(region.array(of: UInt16.self, count: -1, at: 2) == nil)
        #expect(region.array(of: UInt16.self, count: 0, at: 9) == [])
        #expect(region.array(of: UInt16.self, count: 0, at: 10) == nil)
        #expect(region.bytes(7..<9) == [8, 9])
        #expect(region.bytes(7..<10) == nil)
        #expect(region.bytes(-1..<3) == nil)
    }

    @Test func aSubregionCountsFromItsOwnStart() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([1, 2, 3, 4, 5, 6], to: "bytes")
        let file = try MappedFile(path: path)
        let part = try #require(file.region.subregion(2..<5))
        #expect(part.range == 2..<5)
        #expect(part.bytes(0..<3) == [3, 4, 5])
        #expect(part.subregion(1..<3)?.bytes(0..<2) == [4, 5])
        #expect(part.subregion(1..<4) == nil)
        #expect(FileRegion(file: file, range: 0..<7) == nil)
    }

    @Test func discardedAndPopulatedPagesKeepTheirBytes() throws {
        let folder = try TemporaryFolder()
        let bytes = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 * 31) }
        let file = try MappedFile(path: try folder.write(bytes, to: "bytes"))
        file.populate(100..<40_000)
        #expect(file.region.bytes(0..<50_000) == bytes)
        file.discard(5000..<50_000)
        #expect(file.region.bytes(0..<50_000) == bytes)
    }

    #if os(Linux)
    /// In a process of its own, so that no other test's memory is counted.
    @Test func populatedPagesAreResidentAndDiscardedOnesAreNot() async {
        await #expect(processExitsWith: .success) {
            let size = 64 << 20
            let folder = try TemporaryFolder()
            let writer = try AtomicFileWriter(path: folder.path("large"))
            for _ in 0..<size >> 20 { try writer.append([UInt8](repeating: 1, count: 1 << 20)) }
            try writer.finish()
            let file = try MappedFile(path: folder.path("large"))
            let before = try #require(ResidentMemory.current())
            file.populate(0..<size)
            let full = try #require(ResidentMemory.current())
            #expect(full - before > size / 10 * 9)
            file.discard(0..<size / 2)
            #expect(full - (try #require(ResidentMemory.current())) > size / 10 * 4)
        }
    }
    #endif

    @Test func anEmptyFileIsAnEmptyRegion() throws {
        let folder = try TemporaryFolder()
        let file = try MappedFile(path: try folder.write([], to: "empty"))
        #expect(file.count == 0)
        #expect(file.region.bytes(0..<0) == [])
        #expect(file.region.load(UInt8.self, at: 0) == nil)
        file.discard(0..<0)
        file.populate(0..<0)
    }

    @Test func whatIsNoRegularFileIsRefusedByKind() throws {
        let folder = try TemporaryFolder()
        #expect(code(folder.path("missing")) == .notFound)
        #expect(code(folder.path) == .isDirectory)
        #expect(code("/dev/null") == .notRegular)
        #expect(MappedFile.isFolder(folder.path))
        #expect(!MappedFile.isFolder(folder.path("missing")))
    }

    private func code(_ path: String) -> FileError.Code? {
        do throws(FileError) {
            _ = try MappedFile(path: path)
            return nil
        } catch {
            return error.code
        }
    }
}
