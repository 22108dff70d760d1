internal import BitNetCheckpoints
public import BitNetModels
public import BitNetTensors
internal import BitNetTokenizers

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Converts whole models: weights, configuration and tokenizer.
public struct ModelConverter {
    private let checkpoint: ModelCheckpoint
    private let converter: CheckpointConverter
    private let options: ConversionOptions

    /// Plans the conversion of the checkpoint at `path`.
    ///
    /// Throws when it can't be opened, or when the format can't hold it.
    public init(
        path: String, options: ConversionOptions, compute: ComputeContext
    ) throws {
        checkpoint = try ModelCheckpoint(path: path)
        converter = try CheckpointConverter(checkpoint, options, compute)
        self.options = options
    }

    /// Writes the model to `output`: a GGUF file, or a folder in Hugging Face's layout.
    ///
    /// Files appear when they are complete. What is there already is replaced with `replacing`, and
    /// an error without it; a folder keeps its other files.
    public func write(
        to output: String, replacing: Bool, progress: ((Double) -> Void)? = nil
    ) throws -> ConversionReport {
        var isFolder = false
        let exists = FileManager.default.fileExists(atPath: output, isDirectory: &isFolder)
        guard !exists || replacing else {
            throw problem(
                output, "it exists already; choose another place, or replace it (--force)")
        }
        if options.format.isGGUF {
            guard !isFolder else {
                throw problem(output, "it is a folder; expected the name of a GGUF file")
            }
            return try writeGGUF(output, progress)
        }
        guard !exists || isFolder else {
            throw problem(output, "it is a file; expected the name of a folder")
        }
        return try writeFolder(output, progress)
    }

    private func problem(_ path: String, _ message: String) -> ModelError {
        ModelError(.unsupported, file: path, message)
    }

    // MARK: - GGUF files

    private func writeGGUF(
        _ output: String, _ progress: ((Double) -> Void)?
    ) throws -> ConversionReport {
        guard case .huggingFace(let safetensors, _) = checkpoint else {
            return try converter.writeGGUF(to: output, tokenizer: [], progress: progress)
        }
        let json = try tokenizerJSON(HuggingFaceFolder(safetensors.path))
        var report = try converter.writeGGUF(
            to: output, tokenizer: GGUFTokenizerMetadata.pairs(json.values), progress: progress)
        report.tokensWithLostOptions = try GGUFTokenizerValues.tokensWithLostOptions(
            tokenizerJSON: json.bytes)
        return report
    }

    private func tokenizerJSON(
        _ folder: HuggingFaceFolder
    ) throws -> (bytes: [UInt8], values: GGUFTokenizerValues) {
        guard let json = folder.contents("tokenizer.json") else {
            throw ModelError(
                .notFound, file: folder.path,
                "there is no readable tokenizer.json in this folder; a GGUF file needs it")
        }
        let values = try GGUFTokenizerValues.fromTokenizerJSON(
            json, configuration: folder.tokenizerConfiguration(),
            count: converter.configuration.vocabularySize)
        return (json, values)
    }

    // MARK: - Hugging Face folders

    /// Builds the folder beside its place, then moves it, or its files, there.
    private func writeFolder(
        _ output: String, _ progress: ((Double) -> Void)?
    ) throws -> ConversionReport {
        let target = HuggingFaceFolder(output)
        let staging = HuggingFaceFolder("\(target.path).\(UInt64.random(in: .min ... .max)).tmp")
        try FileManager.default.createDirectory(
            atPath: staging.path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: staging.path) }
        for (name, bytes) in try TokenizerExport.files(checkpoint) {
            try staging.write(bytes, name)
        }
        let (report, configuration) = try converter.writeSafetensors(
            to: staging.file("model.safetensors"), progress: progress)
        try staging.write(configuration, "config.json")
        try staging.move(to: target)
        return report
    }
}
