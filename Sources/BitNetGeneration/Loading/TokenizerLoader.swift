internal import BitNetCheckpoints
internal import BitNetModels
public import BitNetTokenizers

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Reads the tokenizer of a checkpoint; the weights may be missing.
public enum TokenizerLoader {
    /// The tokenizer of a GGUF file (vocabulary-only files too), of a folder with `tokenizer.json`,
    /// or of a `tokenizer.json` itself.
    public static func load(path: String) throws -> Tokenizer {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            if path == BundledModel.name { return try load(BundledModel.checkpoint()) }
            throw ModelError(
                .notFound, file: path,
                "no such file or folder; expected a GGUF file or a folder with tokenizer.json")
        }
        if isFolder { return try load(folder: path) }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        if name.hasSuffix(".json") || name.hasSuffix(".safetensors") {
            return try load(folder: String(path.dropLast(name.count)))
        }
        return try load(GGUFFile(path: path))
    }

    /// The tokenizer that belongs to a checkpoint that is open already.
    static func load(_ checkpoint: ModelCheckpoint) throws -> Tokenizer {
        switch checkpoint {
        case .gguf(let file): try load(file)
        case .huggingFace(let safetensors, _): try load(path: safetensors.path)
        }
    }

    private static func load(folder: String) throws -> Tokenizer {
        let folder = folder.isEmpty ? "./" : folder.hasSuffix("/") ? folder : folder + "/"
        guard let json = contents(folder + "tokenizer.json") else {
            throw ModelError(
                .notFound, file: folder, "there is no readable tokenizer.json in this folder")
        }
        let configuration = try contents(folder + "tokenizer_config.json").map {
            try TokenizerConfigurationFile(json: $0)
        }
        return try Tokenizer.fromTokenizerJSON(json, configuration: configuration)
    }

    private static func contents(_ path: String) -> [UInt8]? {
        FileManager.default.contents(atPath: path).map { [UInt8]($0) }
    }

    private static func load(_ file: GGUFFile) throws -> Tokenizer {
        guard let values = try GGUFTokenizerMetadata.values(file.metadata) else {
            throw ModelError(
                .notFound, file: file.path,
                "the file holds no vocabulary (tokenizer.ggml.model, tokenizer.ggml.tokens)")
        }
        return try Tokenizer.fromGGUF(values)
    }
}
