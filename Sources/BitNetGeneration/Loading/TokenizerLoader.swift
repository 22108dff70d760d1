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

    private static func load(folder path: String) throws -> Tokenizer {
        let folder = HuggingFaceFolder(path.isEmpty ? "." : path)
        guard let json = folder.contents("tokenizer.json") else {
            throw ModelError(
                .notFound, file: folder.path, "there is no readable tokenizer.json in this folder")
        }
        return try Tokenizer.fromTokenizerJSON(
            json, configuration: folder.tokenizerConfiguration())
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
