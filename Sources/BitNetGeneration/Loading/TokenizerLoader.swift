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
        let metadata = file.metadata
        guard let model = try metadata.string("tokenizer.ggml.model"),
            let tokens = try metadata.strings("tokenizer.ggml.tokens")
        else {
            throw ModelError(
                .notFound, file: file.path,
                "the file holds no vocabulary (tokenizer.ggml.model, tokenizer.ggml.tokens)")
        }
        var values = GGUFTokenizerValues(model: model, tokens: try packed(tokens))
        values.pre = try metadata.string("tokenizer.ggml.pre")
        values.tokenTypes = try metadata.integers("tokenizer.ggml.token_type")
        values.scores = try metadata.floats("tokenizer.ggml.scores")
        values.merges = try metadata.strings("tokenizer.ggml.merges").map(packed)
        values.beginningOfText = try id(metadata, "bos_token_id")
        values.endOfText = try id(metadata, "eos_token_id")
        values.endOfTurn = try id(metadata, "eot_token_id")
        values.unknown = try id(metadata, "unknown_token_id")
        values.addsBeginningOfText = try metadata.bool("tokenizer.ggml.add_bos_token")
        values.addsSpacePrefix = try metadata.bool("tokenizer.ggml.add_space_prefix")
        values.chatTemplate = try metadata.string("tokenizer.chat_template")
        return try Tokenizer.fromGGUF(values)
    }

    private static func packed(_ table: StringTable) throws -> PackedStrings {
        try PackedStrings(bytes: table.bytes, offsets: table.offsets)
    }

    private static func id(_ metadata: GGUFMetadata, _ key: String) throws -> TokenID? {
        try metadata.integer("tokenizer.ggml.\(key)").flatMap { TokenID(exactly: $0) }
    }
}
