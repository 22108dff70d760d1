import BitNetCheckpoints
import BitNetTensors
import BitNetTestSupport
import Testing

@Suite struct SafetensorsWriterTests {
    /// The tensors of Tests/Fixtures/golden/tiny.safetensors in the order of its header.
    private static let tensors: [(name: String, shape: [Int], encoding: TensorEncoding)] = [
        ("a.float32", [2, 3], .float32), ("d.scalar", [], .float32),
        ("é \"quoted\"", [0, 4], .float32), ("b.float16", [5], .float16), ("c.uint8", [7], .uint8),
    ]

    private func bytes(_ name: String) throws -> [UInt8] {
        switch name {
        case "a.float32": try TensorCodec.encodeFloats((0..<6).map { Float($0) / 4 }, .float32)
        case "b.float16": try TensorCodec.encodeFloats((0..<5).map { Float($0) / 8 }, .float16)
        case "c.uint8": [0, 1, 2, 3, 4, 5, 6]
        case "d.scalar": try TensorCodec.encodeFloats([2.5], .float32)
        default: []
        }
    }

    @Test func theFileEqualsThatOfTheReferenceLibrary() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("tiny.safetensors")
        var writer = SafetensorsWriter(path: path)
        try writer.setMetadata("format", "pt")
        for tensor in Self.tensors {
            try writer.declareTensor(tensor.name, shape: tensor.shape, encoding: tensor.encoding)
        }
        for tensor in Self.tensors where tensor.shape != [0, 4] {
            for byte in try bytes(tensor.name) { try writer.append([byte], to: tensor.name) }
        }
        try writer.finish()
        #expect(try contents(path) == contents(Fixtures.path("golden/tiny.safetensors")))
        #expect(try folder.contents() == ["tiny.safetensors"])
    }

    @Test func theReferenceFileReadsBackWithAllItsValues() throws {
        let file = try SafetensorsCheckpoint(path: Fixtures.path("golden/tiny.safetensors"))
        #expect(file.metadata == ["format": "pt"])
        #expect(file.tensors.map(\.name) == Self.tensors.map(\.name).sorted())
        for expected in Self.tensors {
            let tensor = try #require(file.tensor(expected.name))
            #expect(tensor.shape == expected.shape)
            #expect(tensor.encoding == expected.encoding)
            let stored = tensor.region.bytes(0..<tensor.region.count)
            #expect(try stored == bytes(expected.name))
        }
    }

    @Test func namesAndMetadataWithAnyCharacterSurviveARoundTrip() throws {
        let folder = try TemporaryFolder()
        let name = "tab\t quote\" back\\slash \u{1} 日本 \u{1F600}"
        var writer = SafetensorsWriter(path: folder.path("file.safetensors"))
        try writer.setMetadata(name, name)
        try writer.declareTensor(name, shape: [1], encoding: .uint8)
        try writer.append([7], to: name)
        try writer.finish()
        let file = try SafetensorsCheckpoint(path: folder.path("file.safetensors"))
        #expect(file.metadata == [name: name])
        #expect(file.tensor(name)?.region.bytes(0..<1) == [7])
    }

    @Test func misuseIsRefusedAndLeavesNoFile() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("file.safetensors")
        let short = checkpointError { () throws(CheckpointError) in
            var writer = SafetensorsWriter(path: path)
            try writer.declareTensor("t", shape: [3], encoding: .float16)
            try writer.append([1, 2], to: "t")
            try writer.finish()
        }
        #expect(short?.message == "expected 6 bytes, found 2 before the end")
        let encoding = checkpointError { () throws(CheckpointError) in
            var writer = SafetensorsWriter(path: path)
            try writer.declareTensor("t", shape: [128], encoding: .i2_s)
        }
        #expect(encoding?.message.contains("cannot store") == true)
        #expect(try folder.contents() == [])
    }
}
