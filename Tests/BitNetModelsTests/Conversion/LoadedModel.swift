import BitNetModels
import BitNetTensors
import Foundation

/// A model of a checkpoint, opened to be compared with another.
struct LoadedModel {
    let model: BitNetModel

    init(_ path: String) throws {
        model = try BitNetModel.load(path: path, compute: ComputeContext(threads: 1))
    }

    /// Shape, scale and values of every ternary projection, in order.
    func ternary() -> [TernaryContent] {
        model.blocks.flatMap(\.projections).compactMap { linear in
            guard case .ternary(let projection) = linear else { return nil }
            return TernaryContent(projection.weights)
        }
    }

    /// The bits of the logits at every position of a fixed sequence of tokens.
    func logits() throws -> [[UInt32]] {
        let tokens = (0..<24).map { Int32($0 * 37 % model.configuration.vocabularySize) }
        let cache = try model.makeCache(capacity: 32, format: .float32)
        let workspace = try Workspace(model, tokens: 32, positions: 32)
        var rows: [[UInt32]] = []
        try model.forward(
            [SequenceChunk(cache: cache, tokens: tokens, outputs: .all)], workspace
        ) { row in rows.append(row.logits.map(\.bitPattern)) }
        return rows
    }
}

/// What a ternary matrix holds.
struct TernaryContent: Equatable {
    let scale: UInt32
    let values: [[Int8]]

    init(_ matrix: TernaryMatrix) {
        scale = matrix.scale.bitPattern
        values = (0..<matrix.rows).map { matrix.values(row: $0) }
    }
}

extension ModelCheckpoint {
    /// Converts the checkpoint at `path`, GGUF files without a vocabulary.
    @discardableResult
    static func convert(
        _ path: String, to output: String, _ options: ConversionOptions
    ) throws -> ConversionReport {
        let converter = try CheckpointConverter(
            ModelCheckpoint(path: path), options, ComputeContext(threads: 1))
        return try converter.write(to: output)
    }
}

extension CheckpointConverter {
    /// Writes the GGUF file, or the folder, at `output`.
    func write(to output: String) throws -> ConversionReport {
        if options.format.isGGUF { return try writeGGUF(to: output, tokenizer: []) }
        try FileManager.default.createDirectory(
            atPath: output, withIntermediateDirectories: true)
        let (report, configuration) = try writeSafetensors(to: output + "/model.safetensors")
        try Data(configuration).write(to: URL(filePath: output + "/config.json"))
        return report
    }
}
