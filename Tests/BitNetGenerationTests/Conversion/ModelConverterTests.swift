import BitNetGeneration
import BitNetModels
import BitNetTensors
import BitNetTestSupport
import BitNetTokenizers
import Foundation
import Testing

/// Whole models: weights with their tokenizer, at the place asked for.
@Suite struct ModelConverterTests {
    private struct Cases: Decodable {
        struct Case: Decodable {
            let text: String
            let ids: [TokenID]
        }
        let cases: [Case]
    }

    private func convert(
        _ input: String, to output: String, _ format: ConversionFormat, replacing: Bool = false
    ) throws {
        let converter = try ModelConverter(
            path: input, options: ConversionOptions(format: format),
            compute: ComputeContext(threads: 1))
        _ = try converter.write(to: output, replacing: replacing)
    }

    /// The reference's ids, through GGUF and back to a folder.
    @Test func tokenizersComeAlong() throws {
        let folder = try TemporaryFolder()
        let (file, packed) = (folder.path("model.gguf"), folder.path("packed"))
        try convert(Fixtures.path("bitnet-256/packed"), to: file, .i2_s)
        try convert(file, to: packed, .packed)
        let original = try TokenizerLoader.load(path: Fixtures.path("bitnet-256/packed"))
        let cases = try Fixtures.json("tokenizer/tokenizer_cases.json", as: Cases.self).cases
        for path in [file, packed] {
            let tokenizer = try TokenizerLoader.load(path: path)
            for item in cases { #expect(tokenizer.encode(item.text) == item.ids, "\(item.text)") }
            #expect(tokenizer.beginningOfText == original.beginningOfText)
            #expect(tokenizer.endOfText == original.endOfText)
            #expect(tokenizer.endOfGeneration == original.endOfGeneration)
            #expect(tokenizer.addsBeginningOfText == original.addsBeginningOfText)
            #expect(tokenizer.chatTemplate == original.chatTemplate)
        }
    }

    @Test func foldersKeepTheFilesOfTheirTokenizer() throws {
        let folder = try TemporaryFolder()
        let input = Fixtures.path("bitnet-odd/packed")
        try convert(input, to: folder.path("out"), .packed)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("out"))
        #expect(
            Set(names) == [
                "config.json", "generation_config.json", "model.safetensors",
                "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json",
            ])
        #expect(try folder.contents() == ["out"])
    }

    @Test(arguments: [ConversionFormat.i2_s, .packed])
    func whatExistsIsReplacedOnlyOnRequest(format: ConversionFormat) throws {
        let folder = try TemporaryFolder()
        let output = folder.path("out")
        let input = Fixtures.path("bitnet-128/packed")
        try convert(input, to: output, format)
        #expect(throws: ModelError.self) { try convert(input, to: output, format) }
        try convert(input, to: output, format, replacing: true)
        _ = try BitNetModel.load(path: output, compute: ComputeContext(threads: 1))
        #expect(try folder.contents() == ["out"])
    }

    @Test func aFolderIsNeverReplacedByAFile() throws {
        let folder = try TemporaryFolder()
        let input = Fixtures.path("bitnet-128/packed")
        #expect(throws: ModelError.self) {
            try convert(input, to: folder.path, .i2_s, replacing: true)
        }
    }

    /// A made-up vocabulary merges letters to words and has Llama 3's control tokens.
    @Test func syntheticModelsHaveATokenizer() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("tiny.gguf")
        try SyntheticModel(shape: .tiny).write(to: path, pool: ComputeContext(threads: 1).pool)
        let tokenizer = try TokenizerLoader.load(path: path)
        #expect(tokenizer.vocabularyCount == 512)
        #expect(tokenizer.beginningOfText == 448)
        #expect(tokenizer.endOfText == 449)
        #expect(tokenizer.token(named: "<|eot_id|>") == 457)
        let text = "ab Ünicode\n and  spaces"
        let ids = tokenizer.encode(text)
        #expect(tokenizer.decode(ids) == text)
        #expect(ids.count < text.utf8.count)
        #expect(tokenizer.chatTemplate != nil)
    }
}
