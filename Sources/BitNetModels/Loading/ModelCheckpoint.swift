public import BitNetCheckpoints
internal import BitNetTensors

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A checkpoint on disk: a GGUF file, or a folder (or file) in Hugging Face's layout.
public enum ModelCheckpoint: Sendable {
    /// A GGUF file.
    case gguf(GGUFFile)
    /// Safetensors with the bytes of `config.json`.
    case huggingFace(SafetensorsCheckpoint, configuration: [UInt8])

    /// Opens the file or folder at `path`.
    ///
    /// A folder, or a file `.safetensors` in one, is taken for Hugging Face's layout, any other
    /// file for GGUF. `BundledModel.name` is the bundled model.
    public init(path: String) throws {
        var isFolder: Bool = false
        guard Self.exists(path, isFolder: &isFolder) else {
            if path == BundledModel.name {
                self = try BundledModel.checkpoint()
                return
            }
            throw ModelError(
                .notFound, file: path,
                "no such file or folder; expected a GGUF file or a Hugging Face folder with "
                    + "config.json and model.safetensors")
        }
        if !isFolder, path.hasSuffix(".safetensors") == false {
            self = .gguf(try GGUFFile(path: path))
            return
        }
        let base = URL(filePath: path)
        let configuration = (isFolder ? base : base.deletingLastPathComponent())
            .appending(path: "config.json").path(percentEncoded: false)
        guard let file = try? MappedFile(path: configuration),
            let bytes = file.region.bytes(0..<file.count)
        else {
            throw ModelError(
                .notFound, file: path,
                "there is no readable config.json; expected a folder in Hugging Face's layout "
                    + "(config.json, model.safetensors, tokenizer.json)")
        }
        self = .huggingFace(try SafetensorsCheckpoint(path: path), configuration: bytes)
    }

    private static func exists(_ path: String, isFolder: inout Bool) -> Bool {
        FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    }

    /// The path that was opened.
    public var path: String {
        switch self {
        case .gguf(let file): file.path
        case .huggingFace(let checkpoint, _): checkpoint.path
        }
    }

    /// The tensors, as the files list them.
    public var tensors: [TensorDescriptor] {
        switch self {
        case .gguf(let file): file.tensors
        case .huggingFace(let checkpoint, _): checkpoint.tensors
        }
    }

    /// The tensor of that name.
    public func tensor(_ name: String) -> TensorDescriptor? {
        switch self {
        case .gguf(let file): file.tensor(name)
        case .huggingFace(let checkpoint, _): checkpoint.tensor(name)
        }
    }

    /// The model's shape and options.
    public func configuration() throws(ModelError) -> ModelConfiguration {
        switch self {
        case .gguf(let file): try ModelConfiguration(gguf: file)
        case .huggingFace(let checkpoint, let json):
            try ModelConfiguration(huggingFace: json, file: checkpoint.path)
        }
    }
}
