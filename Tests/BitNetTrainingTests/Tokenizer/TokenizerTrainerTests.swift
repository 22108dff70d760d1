import BitNetTestSupport
import BitNetTokenizers
import BitNetTraining
import Foundation
import Testing

@Suite struct TokenizerTrainerTests {
    private struct File: Decodable {
        struct Model: Decodable {
            let vocab: [String: Int]
            let merges: [String]
            let ignore_merges: Bool
        }
        let model: Model
    }

    private func file(_ trained: TrainedTokenizer) throws -> File {
        try JSONDecoder().decode(
            File.self, from: Data(try #require(trained.files["tokenizer.json"])))
    }

    /// `bytes` in GPT-2's alphabet.
    private func spell(_ bytes: [UInt8]) -> String {
        let printable = Array(0x21...0x7E) + Array(0xA1...0xAC) + Array(0xAE...0xFF)
        let others = (0...255).filter { !printable.contains($0) }
        return String(
            String.UnicodeScalarView(
                bytes.compactMap { byte in
                    Unicode.Scalar(others.firstIndex(of: Int(byte)).map { 256 + $0 } ?? Int(byte))
                }))
    }

    @Test(arguments: 0..<24)
    func mergesAreThoseOfTheNaiveAlgorithm(seed: UInt64) throws {
        let text = TextSamples.text(length: 300 + 40 * Int(seed), seed: seed)
        let minimum = 1 + Int(seed % 3)
        let trained = try TextSamples.tokenizer(
            text, size: 261 + 60, minimumFrequency: minimum, workers: 1 + Int(seed % 3))
        let naive = NaiveBytePairs(text, tokenCount: 256 + 60, minimumCount: minimum)
        let file = try file(trained)
        #expect(
            file.model.merges
                == naive.merges.map { $0.map(spell).joined(separator: " ") })
        let vocabulary = naive.tokens.enumerated().map { (spell($1), $0) }
        #expect(file.model.vocab == Dictionary(uniqueKeysWithValues: vocabulary))
        #expect(trained.tokenizer.vocabularyCount == naive.tokens.count + 5)
        #expect(file.model.ignore_merges)
    }

    @Test func theFolderOpensAndEncodesTheSame() throws {
        let folder = try TemporaryFolder()
        let text = TextSamples.text(length: 20_000, seed: 77)
        let path = try folder.write(Array(text.utf8), to: "text.txt")
        let output = folder.path("tokenizer/")
        let trained = try TokenizerTrainer(vocabularySize: 400).write(
            TextCorpus(paths: [path]), to: output, replacing: false, pool: TextSamples.pool())
        let read = try TokenizerFiles(folder: output)
        let tokenizer = try read.tokenizer()
        let other = TextSamples.text(length: 5000, seed: 78) + "Ω unseen \u{0}"
        let ids = tokenizer.encode(other)
        #expect(ids == trained.tokenizer.encode(other))
        #expect(tokenizer.decode(ids) == other)
        #expect(read.fingerprint == trained.files.fingerprint)
        #expect(
            read.contents.map(\.name)
                == [
                    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
                    "chat_template.jinja",
                ])
        #expect(try folder.contents() == ["text.txt", "tokenizer"])
    }

    @Test func controlTokensFollowTheText() throws {
        let tokenizer = try TextSamples.tokenizer("abab abab", size: 265).tokenizer
        let names = [
            "<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>",
            "<|eot_id|>",
        ]
        let first = tokenizer.vocabularyCount - names.count
        for (index, name) in names.enumerated() {
            #expect(tokenizer.token(named: name) == TokenID(first + index))
            #expect(tokenizer.isSpecial(TokenID(first + index)))
        }
        #expect(tokenizer.beginningOfText == TokenID(first))
        #expect(tokenizer.endOfText == TokenID(first + 1))
        #expect(tokenizer.endOfGeneration == [TokenID(first + 1), TokenID(first + 4)])
        #expect(tokenizer.addsBeginningOfText)
    }

    @Test func theChatTemplateIsLlama3s() throws {
        let tokenizer = try TextSamples.tokenizer("a b").tokenizer
        let template = try ChatTemplate(try #require(tokenizer.chatTemplate))
        let messages = [
            ChatMessage(role: "system", content: " Be brief. "),
            ChatMessage(role: "user", content: "Hello"),
        ]
        let text = try template.render(
            messages: messages, addGenerationPrompt: true, beginningOfText: "<|begin_of_text|>",
            endOfText: "<|end_of_text|>")
        #expect(
            text == """
                <|begin_of_text|><|start_header_id|>system<|end_header_id|>

                Be brief.<|eot_id|><|start_header_id|>user<|end_header_id|>

                Hello<|eot_id|><|start_header_id|>assistant<|end_header_id|>


                """)
    }

    @Test func filesFoldersAndLinesOfJSONGiveTheSame() throws {
        let folder = try TemporaryFolder()
        // Without full stops, which would be one piece with the line end that follows.
        let sentences = TextSamples.sentences(60, seed: 3).map { String($0.dropLast()) }
        let text = sentences.joined(separator: "\n")
        try FileManager.default.createDirectory(
            atPath: folder.path("texts/more"), withIntermediateDirectories: true)
        try folder.write(Array(text.utf8), to: "whole.txt")
        try folder.write(Array(sentences[..<20].joined(separator: "\n").utf8), to: "texts/a.md")
        let lines = try sentences[20...].map {
            String(decoding: try JSONEncoder().encode(["id": "x", "body": $0]), as: UTF8.self)
        }
        try folder.write(
            Array(lines.joined(separator: "\n\n").utf8), to: "texts/more/b.jsonl")
        try folder.write(Array("not text".utf8), to: "texts/c.json")
        try folder.write(Array("hidden hidden".utf8), to: "texts/.hidden.txt")
        var options = TextCorpus.Options()
        options.field = "body"
        let trainer = try TokenizerTrainer(vocabularySize: 320, minimumFrequency: 4)
        let whole = try trainer.train(
            on: TextCorpus(paths: [folder.path("whole.txt")]), pool: TextSamples.pool())
        let parts = try trainer.train(
            on: TextCorpus(paths: [folder.path("texts")], options: options),
            pool: TextSamples.pool(3))
        #expect(try file(whole).model.vocab.keys.contains("Ġlighthouse"))
        #expect(parts.files["tokenizer.json"] == whole.files["tokenizer.json"])
    }

    @Test(arguments: [0, 260, (1 << 20) + 1])
    func vocabulariesHaveLimits(size: Int) {
        #expect(throws: TrainingError.self) { try TokenizerTrainer(vocabularySize: size) }
    }

    @Test func frequenciesHaveLimits() {
        #expect(throws: TrainingError.self) { try TokenizerTrainer(minimumFrequency: 0) }
    }

    @Test(arguments: ["", " \n\n "])
    func blankTextsAreRefused(text: String) throws {
        let error = #expect(throws: TrainingError.self) { try TextSamples.tokenizer(text) }
        #expect(error?.message.contains("no text was found") == true)
    }

    @Test func longWordsTakeNoLongerThanTheirLength() throws {
        let trained = try TextSamples.tokenizer(
            String(repeating: "a", count: 1 << 20) + " " + String(repeating: "xyz", count: 1 << 18))
        #expect(trained.tokenizer.encode(String(repeating: "a", count: 1024)).count < 100)
    }
}
