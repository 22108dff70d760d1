import BitNetTensors
import BitNetTestSupport
import Testing

@Suite struct AtomicFileWriterTests {
    @Test func theFileAppearsOnlyWhenFinishedAndReplacesTheOldOne() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([9], to: "file")
        let writer = try AtomicFileWriter(path: path)
        try writer.append([1, 2, 3])
        try writer.pad(to: 4)
        #expect(try MappedFile(path: path).count == 1)
        try writer.finish()
        let region = try MappedFile(path: path).region
        #expect(region.bytes(0..<region.count) == [1, 2, 3, 0])
        #expect(try folder.contents() == ["file"])
    }

    @Test func anAbandonedWriterLeavesNothingBehind() throws {
        let folder = try TemporaryFolder()
        func abandon() throws {
            let writer = try AtomicFileWriter(path: folder.path("file"))
            try writer.append([UInt8](repeating: 7, count: 3 << 20))
            #expect(try folder.contents().count == 1)
        }
        try abandon()
        #expect(try folder.contents() == [])
    }

    @Test func smallLargeAndMappedChunksKeepTheirOrder() throws {
        let folder = try TemporaryFolder()
        let mapped = try MappedFile(path: try folder.write([4, 5], to: "source"))
        let large = (0..<3 << 20).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let writer = try AtomicFileWriter(path: folder.path("file"))
        try writer.append([1])
        try writer.append(large)
        try writer.append(mapped.region)
        try writer.append([6])
        #expect(writer.count == large.count + 4)
        try writer.finish()
        let region = try MappedFile(path: folder.path("file")).region
        #expect(region.bytes(0..<region.count) == [1] + large + [4, 5, 6])
    }

    @Test func aFolderThatDoesNotExistIsAnError() {
        #expect(throws: FileError.self) { try AtomicFileWriter(path: "/nowhere/at/all") }
    }
}
