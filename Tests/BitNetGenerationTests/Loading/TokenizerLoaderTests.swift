import BitNetCheckpoints
import BitNetGeneration
import BitNetModels
import BitNetTestSupport
import BitNetTokenizers
import Foundation
import Testing

struct TokenizerLoaderTests {
    private struct Cases: Decodable {
        struct Case: Decodable {
            let text: String
            let ids: [Int32]
            let ids_with_bos: [Int32]
        }
        let cases: [Case]
    }

    private func expectReferenceIDs(_ path: String) throws {
        let tokenizer = try TokenizerLoader.load(path: path)
        let cases = try Fixtures.json("tokenizer/tokenizer_cases.json", as: Cases.self).cases
        #expect(cases.count > 50)
        for example in cases {
            #expect(tokenizer.encode(example.text) == example.ids, "\(example.text)")
            let ids = tokenizer.encode(example.text, addBeginningOfText: true)
            #expect(ids == example.ids_with_bos, "\(example.text)")
        }
    }

    @Test(arguments: [
        "bitnet-256/packed", "bitnet-256/packed/", "bitnet-256/packed/model.safetensors",
        "bitnet-256/packed/tokenizer.json", "bitnet-256/model-i2_s.gguf",
        "bitnet-256/model-tq1_0.gguf", "bitnet-256/model-tq2_0.gguf", "bitnet-128/packed",
        "bitnet-128/model-i2_s.gguf", "bitnet-128/model-f16.gguf", "bitnet-odd/packed",
        "bitnet-odd/packed/model.safetensors.index.json", "tokenizer",
    ])
    func everyFormGivesTheIdsOfTheReference(path: String) throws {
        try expectReferenceIDs(Fixtures.path(path))
    }

    @Test func aFileOfTheVocabularyAloneIsEnough() throws {
        let folder = try TemporaryFolder()
        let source = try GGUFFile(path: Fixtures.path("bitnet-256/model-i2_s.gguf"))
        var writer = GGUFWriter(path: folder.path("vocabulary.gguf"))
        for key in source.metadata.keys where key.hasPrefix("tokenizer.") {
            try writer.setMetadata(key, #require(source.metadata[key]))
        }
        try writer.finish()
        let written = try GGUFFile(path: folder.path("vocabulary.gguf"))
        #expect(written.tensors.isEmpty)
        try expectReferenceIDs(written.path)
    }

    @Test func foldersMayHaveSpacesInTheirNames() async throws {
        let copy = try FixtureCopy()
        let folder = try TemporaryFolder()
        let path = folder.path("my models 100%")
        try FileManager.default.copyItem(atPath: copy.path, toPath: path)
        try expectReferenceIDs(path + "/tokenizer.json")
        for name in [path, path + "/model.safetensors"] {
            let model = try await TestModels.load(name)
            // 597 stands only in the generation_config.json beside the weights.
            let record = try await GenerationRecord(
                model.generate(
                    "a", parameters: GenerationParameters(logitBias: [597: .infinity])))
            #expect(record.result.reason == .endOfText)
        }
    }

    @Test func aTemplateInAFileOfItsOwnGoesFirst() throws {
        let folder = try TemporaryFolder()
        for name in ["tokenizer.json", "tokenizer_config.json"] {
            try FileManager.default.copyItem(
                at: Fixtures.url("tokenizer/\(name)"), to: URL(filePath: folder.path(name)))
        }
        let configured = try TokenizerLoader.load(path: folder.path).chatTemplate
        #expect(configured?.contains("message") == true)
        let template = "{{ messages[0].content }}"
        try folder.write(Array(template.utf8), to: "chat_template.jinja")
        #expect(try TokenizerLoader.load(path: folder.path).chatTemplate == template)
    }

    @Test func whatIsMissingIsSaid() throws {
        let folder = try TemporaryFolder()
        try expectError(folder.path("nothing.gguf"), says: ["no such file", "GGUF"])
        try expectError(folder.path, says: ["tokenizer.json"])
        try folder.write([UInt8](repeating: 7, count: 100), to: "noise.bin")
        try expectError(folder.path("noise.bin"), says: ["not a GGUF file"])
        try expectError(
            Fixtures.path("golden/tiny.gguf"), says: ["vocabulary", "tokenizer.ggml.tokens"])
        try folder.write(Array("{\"model\":".utf8), to: "tokenizer.json")
        try expectError(folder.path, says: ["tokenizer.json", "expected"])
    }

    private func expectError(_ path: String, says words: [String]) throws {
        let error = try #require(throws: (any Error).self) {
            try TokenizerLoader.load(path: path)
        }
        for word in words { #expect("\(error)".contains(word), "\(error)") }
        #expect(!"\(error)".contains("\n"))
    }
}
