internal import BitNetCheckpoints
public import BitNetModels
internal import BitNetTokenizers

/// The tokenizer of a checkpoint as files in Hugging Face's layout.
public enum TokenizerExport {
    /// Each file's name and bytes, `tokenizer.json` first; none when a GGUF file has no vocabulary.
    ///
    /// A folder's files are taken as they are; a GGUF file's tokenizer is written as such files.
    public static func files(
        _ checkpoint: ModelCheckpoint
    ) throws -> [(name: String, bytes: [UInt8])] {
        switch checkpoint {
        case .huggingFace(let safetensors, _): return files(folder: safetensors.path)
        case .gguf(let file):
            guard let values = try GGUFTokenizerMetadata.values(file.metadata) else { return [] }
            let writer = try TokenizerFileWriter(values)
            return [
                ("tokenizer.json", writer.tokenizerJSON()),
                ("tokenizer_config.json", writer.configurationJSON()),
            ]
        }
    }

    /// The files of a folder, `tokenizer.json` first.
    public static func files(folder: String) -> [(name: String, bytes: [UInt8])] {
        let folder = HuggingFaceFolder(folder)
        return HuggingFaceFolder.copiedFiles.compactMap { name in
            folder.contents(name).map { (name, $0) }
        }
    }

    /// Tokens that `generation_config.json` beside a checkpoint says end a text.
    public static func endTokens(_ checkpoint: ModelCheckpoint) -> [Int] {
        EndTokens.declared(beside: checkpoint)
    }
}
