import BitNetCheckpoints
import BitNetTensors
import BitNetTestSupport
import Testing

@Suite struct GGUFWriterTests {
    /// The tensors of Tests/Fixtures/golden/tiny.gguf, which Tools/make_golden_checkpoints.py made.
    private static let tensors: [(name: String, shape: [Int], encoding: TensorEncoding)] = [
        ("float32", [2, 3], .float32), ("float16", [5], .float16),
        ("tq1_0", [2, 256], .tq1_0), ("tq2_0", [2, 256], .tq2_0),
    ]

    private static let metadata: [(String, GGUFValue)] = [
        ("general.architecture", .string("test")), ("test.uint8", .uint8(200)),
        ("test.int8", .int8(-3)), ("test.uint16", .uint16(60000)), ("test.int16", .int16(-300)),
        ("test.uint32", .uint32(4_000_000_000)), ("test.int32", .int32(-70000)),
        ("test.float32", .float32(1e-5)), ("test.bool", .bool(true)),
        ("test.string", .string("naïve 日本")), ("test.uint64", .uint64(1 << 63 + 5)),
        ("test.int64", .int64(-(1 << 40))), ("test.float64", .float64(0.1)),
        ("test.strings", .strings(StringTable(["a", "", "bc", "é"]))),
        ("test.integers", .int32s([1, -2, 3])), ("test.floats", .float32s([0.5, -1.25])),
        ("test.bools", .bools([true, false])), ("test.bytes", .uint8s([1, 255])),
    ]

    private func bytes(_ name: String) throws -> [UInt8] {
        let codes = (0..<512).map { UInt8($0 * 7 % 3) }
        switch name {
        case "float32": return try TensorCodec.encodeFloats((0..<6).map { Float($0) / 4 }, .float32)
        case "float16": return try TensorCodec.encodeFloats((0..<5).map { Float($0) / 8 }, .float16)
        case "tq1_0": return try TensorCodec.encodeTernary(codes: codes, scale: 0.0546875, .tq1_0)
        default: return try TensorCodec.encodeTernary(codes: codes, scale: 0.0546875, .tq2_0)
        }
    }

    @Test(arguments: [1, 7, 10000])
    func theFileEqualsThatOfTheReferenceWriterForAnyChunkSize(_ chunk: Int) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("tiny.gguf")
        var writer = GGUFWriter(path: path)
        for (key, value) in Self.metadata { try writer.setMetadata(key, value) }
        for tensor in Self.tensors {
            try writer.declareTensor(tensor.name, shape: tensor.shape, encoding: tensor.encoding)
        }
        for tensor in Self.tensors {
            let bytes = try bytes(tensor.name)
            for start in stride(from: 0, to: bytes.count, by: chunk) {
                let part = Array(bytes[start..<min(start + chunk, bytes.count)])
                try writer.append(part, to: tensor.name)
            }
        }
        try writer.finish()
        #expect(try contents(path) == contents(Fixtures.path("golden/tiny.gguf")))
        #expect(try folder.contents() == ["tiny.gguf"])
    }

    @Test func theReferenceFileReadsBackWithAllItsValues() throws {
        let file = try GGUFFile(path: Fixtures.path("golden/tiny.gguf"))
        #expect(file.metadata.keys == Self.metadata.map(\.0))
        for (key, value) in Self.metadata { #expect(file.metadata[key] == value, "\(key)") }
        for (tensor, expected) in zip(file.tensors, Self.tensors) {
            #expect(tensor.name == expected.name)
            #expect(tensor.shape == expected.shape)
            #expect(tensor.encoding == expected.encoding)
            let stored = tensor.region.bytes(0..<tensor.region.count)
            #expect(try stored == bytes(tensor.name))
        }
        let strings = try #require(try file.metadata.strings("test.strings"))
        #expect((0..<4).map { strings.string(at: $0) } == ["a", "", "bc", "é"])
    }

    @Test func aFixtureCopiedThroughTheWriterKeepsEveryByteOfItsTensors() throws {
        let source = try GGUFFile(path: Fixtures.path("bitnet-256/model-i2_s.gguf"))
        let folder = try TemporaryFolder()
        var writer = GGUFWriter(path: folder.path("copy.gguf"))
        for key in source.metadata.keys {
            try writer.setMetadata(key, try #require(source.metadata[key]))
        }
        for tensor in source.tensors {
            try writer.declareTensor(
                tensor.name, shape: tensor.shape, encoding: try #require(tensor.encoding))
        }
        for tensor in source.tensors { try writer.append(tensor.region, to: tensor.name) }
        try writer.finish()
        let copy = try GGUFFile(path: folder.path("copy.gguf"))
        #expect(copy.metadata.keys == source.metadata.keys)
        for key in copy.metadata.keys { #expect(copy.metadata[key] == source.metadata[key]) }
        for (found, expected) in zip(copy.tensors, source.tensors) {
            #expect(found.typeName == expected.typeName)
            let stored = found.region.bytes(0..<found.region.count)
            #expect(stored == expected.region.bytes(0..<expected.region.count))
        }
    }

    @Test func arraysOfArraysSurviveARoundTrip() throws {
        let folder = try TemporaryFolder()
        let value = GGUFValue.arrays([.int16s([1, -2]), .arrays([.strings(StringTable(["x"]))])])
        var writer = GGUFWriter(path: folder.path("nested.gguf"))
        try writer.setMetadata("nested", value)
        try writer.finish()
        #expect(try GGUFFile(path: folder.path("nested.gguf")).metadata["nested"] == value)
    }

    /// Runs `use` with a writer that has one tensor of 8 bytes declared.
    private func refusal(
        _ use: (inout GGUFWriter) throws(CheckpointError) -> Void
    ) throws -> String {
        let folder = try TemporaryFolder()
        let path = folder.path("file.gguf")
        let error = checkpointError { () throws(CheckpointError) in
            var writer = GGUFWriter(path: path)
            try writer.declareTensor("t", shape: [2], encoding: .float32)
            try use(&writer)
            try writer.finish()
        }
        #expect(try folder.contents() == [], "a refused file leaves nothing behind")
        return try #require(error?.message)
    }

    @Test func misuseIsRefusedAndLeavesNoFile() throws {
        #expect(try refusal { _ in } == "expected 8 bytes, found 0 before the end")
        let refused = try refusal { w throws(CheckpointError) in
            try w.append([UInt8](repeating: 0, count: 9), to: "t")
        }
        #expect(refused == "expected 8 bytes, found at least 9")
        let unknown = try refusal { w throws(CheckpointError) in try w.append([0], to: "u") }
        #expect(unknown == "its bytes are out of order: expected \"t\" next")
        let late = try refusal { w throws(CheckpointError) in
            try w.append([0], to: "t")
            try w.setMetadata("late", .bool(true))
        }
        #expect(late.hasPrefix("metadata and tensors must be declared before"))
        let twice = try refusal { w throws(CheckpointError) in
            try w.declareTensor("t", shape: [2], encoding: .float32)
        }
        #expect(twice == "declared twice")
        let shape = try refusal { w throws(CheckpointError) in
            try w.declareTensor("u", shape: [256, 128], encoding: .tq2_0)
        }
        #expect(shape.contains("rows of a multiple of 256 values for tq2_0, found the shape"))
        let packed = try refusal { w throws(CheckpointError) in
            try w.declareTensor("u", shape: [4], encoding: .uint8)
        }
        #expect(packed == "GGUF has no type for uint8")
        let huge = try refusal { w throws(CheckpointError) in
            try w.declareTensor("u", shape: [1 << 40, 1 << 40], encoding: .float16)
        }
        #expect(huge.contains("does not fill whole blocks"))
        let key = try refusal { w throws(CheckpointError) in
            try w.setMetadata("general.alignment", .uint32(64))
        }
        #expect(key.contains("is reserved"))
    }
}
