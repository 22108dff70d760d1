import BitNetCheckpoints
import BitNetGeneration
import BitNetModels
import BitNetTensors
import BitNetTestSupport
import BitNetTokenizers
import Foundation
import Testing

/// Models for tests, one compute thread each unless asked otherwise.
enum TestModels {
    static func load(
        _ path: String, threads: Int = 1, contextLength: Int? = nil, prefillChunk: Int = 128,
        format: KeyValueFormat = .float16
    ) async throws -> LanguageModel {
        let options = LanguageModel.Options(
            threads: threads, contextLength: contextLength, prefillChunk: prefillChunk,
            keyValueFormat: format)
        return try await LanguageModel.load(from: path, options: options)
    }

    static func fixture(
        _ name: String, threads: Int = 1, contextLength: Int? = nil, prefillChunk: Int = 128
    ) async throws -> LanguageModel {
        try await load(
            Fixtures.path(name), threads: threads, contextLength: contextLength,
            prefillChunk: prefillChunk)
    }

    /// A model with room for `pages` pages of keys and values.
    static func load(
        _ path: String, pages: Int, contextLength: Int, prefillChunk: Int = 48, threads: Int = 1,
        maximumSequences: Int = 64, queueLimit: Int? = nil
    ) async throws -> LanguageModel {
        var options = LanguageModel.Options(
            threads: threads, contextLength: contextLength, prefillChunk: prefillChunk,
            maximumSequences: maximumSequences, queueLimit: queueLimit)
        let pageBytes = try await LanguageModel.load(from: path, options: options).statistics
            .pageBytes
        options.keyValueMemory = pages * pageBytes
        return try await LanguageModel.load(from: path, options: options)
    }

    /// The model of the package: it has no chat template.
    static func bundled(contextLength: Int? = nil) async throws -> LanguageModel {
        try await load(BundledModel.name, contextLength: contextLength)
    }

    /// A prompt of `count` tokens that any fixture can read.
    static func prompt(_ count: Int, seed: UInt64 = 7) -> [TokenID] {
        var random = BitNetTestSupport.SeededGenerator(seed: seed)
        return (0..<count).map { _ in TokenID.random(in: 0..<590, using: &random) }
    }
}

/// A copy of `bitnet-256/packed` that can be changed.
struct FixtureCopy {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let source = Fixtures.url("bitnet-256/packed")
        for name in try FileManager.default.contentsOfDirectory(atPath: source.path()) {
            try FileManager.default.copyItem(
                atPath: source.appending(path: name).path(percentEncoded: false),
                toPath: folder.path(name))
        }
    }

    var path: String { folder.path }

    /// Writes bfloat16 NaN over all of a tensor.
    func poison(_ tensor: String) throws {
        let region = try #require(SafetensorsCheckpoint(path: path).tensor(tensor)).region
        var bytes = [UInt8](try Data(contentsOf: URL(filePath: folder.path("model.safetensors"))))
        for index in stride(from: region.range.lowerBound, to: region.range.upperBound, by: 2) {
            bytes[index] = 0xC0
            bytes[index + 1] = 0x7F
        }
        try folder.write(bytes, to: "model.safetensors")
    }

    /// Replaces the chat template.
    func setChatTemplate(_ template: String) throws {
        let file = URL(filePath: folder.path("tokenizer_config.json"))
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        var values = try #require(json as? [String: Any])
        values["chat_template"] = template
        try JSONSerialization.data(withJSONObject: values).write(to: file)
    }
}
