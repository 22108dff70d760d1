internal import BitNetTensors

/// An open safetensors checkpoint: one file, or a folder with one file or several shards.
///
/// Opening reads the headers only and checks every size, offset and name in them; a damaged file
/// gives a `CheckpointError`.
public final class SafetensorsCheckpoint: Sendable {
    /// The path the checkpoint was opened with.
    public let path: String
    /// The tensors of all files, sorted by name.
    public let tensors: [TensorDescriptor]
    /// The `__metadata__` strings of the file; of the first shard when there are several.
    public let metadata: [String: String]
    private let indices: [String: Int]

    /// Opens a `.safetensors` file, or a folder.
    ///
    /// A folder must hold `model.safetensors` or `model.safetensors.index.json` with its shards.
    public init(path: String) throws(CheckpointError) {
        let contents = try Self.open(path)
        self.path = path
        self.tensors = contents.tensors.sorted { $0.name < $1.name }
        self.metadata = contents.metadata
        self.indices = Dictionary(
            uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
    }

    /// The tensor called `name`, or nil.
    public func tensor(_ name: String) -> TensorDescriptor? { indices[name].map { tensors[$0] } }

    private typealias Contents = (tensors: [TensorDescriptor], metadata: [String: String])

    private static func open(_ path: String) throws(CheckpointError) -> Contents {
        if !MappedFile.isFolder(path) { return try openFile(path) }
        do throws(CheckpointError) {
            return try openFile(path + "/model.safetensors")
        } catch {
            guard error.code == .notFound else { throw error }
        }
        do throws(CheckpointError) {
            return try openShards(folder: path)
        } catch {
            guard error.code == .notFound, error.file.hasSuffix(".index.json") else { throw error }
            throw CheckpointError(
                .notFound, file: path,
                "expected model.safetensors or model.safetensors.index.json in the folder, "
                    + "found neither")
        }
    }

    private static func openFile(_ path: String) throws(CheckpointError) -> Contents {
        let file = try SafetensorsFile(path: path)
        return (file.tensors, file.metadata)
    }

    private static func openShards(folder: String) throws(CheckpointError) -> Contents {
        let index = try SafetensorsIndex(path: folder + "/model.safetensors.index.json")
        var tensors: [TensorDescriptor] = []
        var metadata: [String: String]?
        for (shard, names) in index.shards.sorted(by: { $0.key < $1.key }) {
            let file = try SafetensorsFile(path: folder + "/" + shard)
            let wanted = file.tensors.filter { names.contains($0.name) }
            if wanted.count < names.count {
                let found = Set(wanted.map(\.name))
                throw CheckpointError(
                    .corrupt, file: folder + "/" + shard,
                    tensor: names.filter { !found.contains($0) }.min(),
                    "the index places the tensor in this shard, but it is not there")
            }
            tensors.append(contentsOf: wanted)
            metadata = metadata ?? file.metadata
        }
        return (tensors, metadata ?? [:])
    }
}
