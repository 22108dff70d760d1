import BitNetCheckpoints
import BitNetModels
import BitNetTensors
import BitNetTestSupport
import Foundation

/// A checkpoint's tensors and options in memory, to be changed and written again.
struct CheckpointEditor {
    struct Tensor {
        var shape: [Int]
        var encoding: TensorEncoding
        var bytes: [UInt8]
    }

    private(set) var names: [String] = []
    var tensors: [String: Tensor] = [:]
    /// GGUF metadata.
    var metadata: [String: GGUFValue] = [:]
    /// The members of `config.json`, as JSON.
    var configuration: [String: Any] = [:]
    private let isGGUF: Bool

    /// Reads the fixture at `path`.
    init(_ path: String) throws {
        let checkpoint = try ModelCheckpoint(path: Fixtures.path(path))
        switch checkpoint {
        case .gguf(let file):
            isGGUF = true
            for key in file.metadata.keys where !key.hasPrefix("tokenizer.") {
                metadata[key] = file.metadata[key]
            }
        case .huggingFace(_, let json):
            isGGUF = false
            configuration =
                try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any] ?? [:]
        }
        for tensor in checkpoint.tensors {
            add(
                tensor.name,
                Tensor(
                    shape: tensor.shape, encoding: tensor.encoding ?? .uint8,
                    bytes: tensor.region.bytes(0..<tensor.region.count) ?? []))
        }
    }

    mutating func add(_ name: String, _ tensor: Tensor) {
        if tensors.updateValue(tensor, forKey: name) == nil { names.append(name) }
    }

    /// Adds or replaces a float32 tensor.
    mutating func add(_ name: String, shape: [Int], _ values: [Float]) throws {
        let bytes = try TensorCodec.encodeFloats(values, .float32)
        add(name, Tensor(shape: shape, encoding: .float32, bytes: bytes))
    }

    mutating func remove(_ name: String) { tensors[name] = nil }

    /// Writes the checkpoint and loads it on one thread.
    func load() throws -> BitNetModel {
        let folder = try TemporaryFolder()
        return try BitNetModel.load(
            path: try write(to: folder), compute: ComputeContext(threads: 1))
    }

    /// Writes the checkpoint into `folder`; returns the path to open.
    func write(to folder: TemporaryFolder) throws -> String {
        isGGUF ? try writeGGUF(folder) : try writeSafetensors(folder)
    }

    private func writeGGUF(_ folder: TemporaryFolder) throws -> String {
        var writer = GGUFWriter(path: folder.path("model.gguf"))
        for (key, value) in metadata { try writer.setMetadata(key, value) }
        for name in names {
            guard let tensor = tensors[name] else { continue }
            try writer.declareTensor(name, shape: tensor.shape, encoding: tensor.encoding)
        }
        for name in names {
            guard let tensor = tensors[name] else { continue }
            try writer.append(tensor.bytes, to: name)
        }
        try writer.finish()
        return folder.path("model.gguf")
    }

    private func writeSafetensors(_ folder: TemporaryFolder) throws -> String {
        var writer = SafetensorsWriter(path: folder.path("model.safetensors"))
        for name in names {
            guard let tensor = tensors[name] else { continue }
            try writer.declareTensor(name, shape: tensor.shape, encoding: tensor.encoding)
        }
        for name in names {
            guard let tensor = tensors[name] else { continue }
            try writer.append(tensor.bytes, to: name)
        }
        try writer.finish()
        let json = try JSONSerialization.data(withJSONObject: configuration)
        try folder.write([UInt8](json), to: "config.json")
        return folder.path
    }
}

/// The `ModelError` that `body` throws; nil when it throws none.
func modelError(_ body: () throws -> Void) throws -> ModelError? {
    do {
        try body()
        return nil
    } catch let error as ModelError {
        return error
    }
}
