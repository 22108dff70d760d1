internal import BitNetTensors

/// `model.safetensors.index.json`: which tensor is in which shard.
struct SafetensorsIndex {
    /// The names of the tensors in each shard, by the shard's file name.
    let shards: [String: Set<String>]

    /// Reads the index at `path`.
    init(path: String) throws(CheckpointError) {
        let region = try MappedFile.open(path).region
        guard region.count <= SafetensorsFile.longestHeader,
            let json = region.bytes(0..<region.count)
        else {
            throw CheckpointError(
                .limitExceeded, file: path,
                "the index has \(region.count) bytes, the limit is \(SafetensorsFile.longestHeader)"
            )
        }
        shards = try Self.parse(json, path: path)
    }

    private static func parse(
        _ json: [UInt8], path: String
    ) throws(CheckpointError) -> [String: Set<String>] {
        var scanner = JSONScanner(json, file: path)
        var shards: [String: Set<String>]?
        try scanner.object { scanner, key throws(CheckpointError) in
            guard key == "weight_map" else { return try scanner.skipValue() }
            guard shards == nil else {
                throw CheckpointError(.duplicate, file: path, "\"weight_map\" occurs twice")
            }
            shards = try weightMap(&scanner, path: path)
        }
        try scanner.end()
        if let shards { return shards }
        throw CheckpointError(.corrupt, file: path, "expected a \"weight_map\", found none")
    }

    private static func weightMap(
        _ scanner: inout JSONScanner, path: String
    ) throws(CheckpointError) -> [String: Set<String>] {
        var shards: [String: Set<String>] = [:]
        var names: Set<String> = []
        try scanner.object { scanner, tensor throws(CheckpointError) in
            let shard = try scanner.string()
            guard names.insert(tensor).inserted else {
                throw CheckpointError(
                    .duplicate, file: path, tensor: tensor, "the name occurs twice")
            }
            guard isPlainFileName(shard) else {
                throw CheckpointError(
                    .corrupt, file: path, tensor: tensor,
                    "expected the plain name of a file in the same folder, found \"\(shard)\"")
            }
            shards[shard, default: []].insert(tensor)
        }
        return shards
    }

    /// Whether `name` cannot lead out of the folder.
    private static func isPlainFileName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".."
            && !name.utf8.contains {
                $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") || $0 == 0
            }
    }
}
