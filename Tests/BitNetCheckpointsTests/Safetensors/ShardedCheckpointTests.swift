import BitNetCheckpoints
import BitNetTensors
import BitNetTestSupport
import Testing

@Suite struct ShardedCheckpointTests {
    private static let shard =
        "{\"t\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}"

    private func folder(index: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let header = Array(Self.shard.utf8)
        try folder.write(
            littleEndian(UInt64(header.count)) + header + [7], to: "one.safetensors")
        try folder.write(Array(index.utf8), to: "model.safetensors.index.json")
        return folder
    }

    private func error(index: String) throws -> CheckpointError? {
        let folder = try folder(index: index)
        return checkpointError { () throws(CheckpointError) in
            _ = try SafetensorsCheckpoint(path: folder.path)
        }
    }

    @Test func shardsAreReadWhatTheIndexPlacesInThem() throws {
        let folder = try folder(
            index: "{\"metadata\":{\"total_size\":1,\"x\":[null,{\"y\":-1.5e3}]},"
                + "\"weight_map\":{\"t\":\"one.safetensors\"}}")
        let checkpoint = try SafetensorsCheckpoint(path: folder.path)
        #expect(checkpoint.tensors.map(\.name) == ["t"])
        #expect(checkpoint.tensor("t")?.region.bytes(0..<1) == [7])
    }

    @Test(arguments: [
        "../one.safetensors", "/etc/passwd", "a/b", "..", ".", "", "a\\\\b", "a\\u0000b",
    ])
    func shardsOutsideTheFolderAreRefused(_ name: String) throws {
        let error = try error(index: "{\"weight_map\":{\"t\":\"\(name)\"}}")
        #expect(error?.code == .corrupt)
        #expect(error?.tensor == "t")
        #expect(error?.message.contains("the plain name of a file in the same folder") == true)
    }

    @Test func anIndexThatContradictsItsShardsIsRefused() throws {
        let absent = try error(
            index: "{\"weight_map\":{\"t\":\"one.safetensors\",\"u\":\"one.safetensors\"}}")
        #expect(absent?.tensor == "u")
        #expect(
            absent?.message == "the index places the tensor in this shard, but it is not there")
        let missing = try error(index: "{\"weight_map\":{\"t\":\"two.safetensors\"}}")
        #expect(missing?.code == .notFound)
        #expect(missing?.file.hasSuffix("/two.safetensors") == true)
        let twice = try error(
            index: "{\"weight_map\":{\"t\":\"one.safetensors\",\"t\":\"one.safetensors\"}}")
        #expect(twice?.code == .duplicate)
        #expect(
            try error(index: "{\"metadata\":{}}")?.message
                == "expected a \"weight_map\", found none")
        #expect(try error(index: "{\"weight_map\":{}")?.message.hasPrefix("invalid JSON") == true)
    }

    @Test func aFolderWithoutACheckpointSaysWhatIsExpected() throws {
        let folder = try TemporaryFolder()
        let error = checkpointError { () throws(CheckpointError) in
            _ = try SafetensorsCheckpoint(path: folder.path)
        }
        #expect(error?.code == .notFound)
        #expect(
            error?.message
                == "expected model.safetensors or model.safetensors.index.json in the folder, "
                + "found neither")
    }
}
