import BitNetTokenizers
import Testing

/// Tokenizers of `tokenizer.json`, carried to GGUF and back.
@Suite struct TokenizerConversionTests {
    private func values(_ family: String, count: Int? = nil) throws -> GGUFTokenizerValues {
        let json = try TokenizerFamily.bytes("\(family)/tokenizer.json")
        let size = try Tokenizer.fromTokenizerJSON(json, configuration: nil).vocabularyCount
        return try GGUFTokenizerValues.fromTokenizerJSON(
            json, configuration: nil, count: count ?? size)
    }

    /// The cases of a family without the tokens whose options GGUF has no place for.
    private func cases(_ family: String) throws -> [TokenizerFamily.Case] {
        let lost = try GGUFTokenizerValues.tokensWithLostOptions(
            tokenizerJSON: TokenizerFamily.bytes("\(family)/tokenizer.json"))
        return try TokenizerFamily(family).cases.filter { item in
            !lost.contains { item.text.contains($0) }
        }
    }

    @Test(arguments: [("gpt2", []), ("qwen2", ["<left>", "<right>", "word"]), ("llama2", [])])
    func optionsThatGGUFCannotKeepAreNamed(family: String, expected: [String]) throws {
        let lost = try GGUFTokenizerValues.tokensWithLostOptions(
            tokenizerJSON: TokenizerFamily.bytes("\(family)/tokenizer.json"))
        #expect(lost == expected)
    }

    @Test(arguments: ["gpt2", "qwen2", "llama2"])
    func idsStayTheSameInGGUF(family: String) throws {
        let tokenizer = try Tokenizer.fromGGUF(values(family))
        for item in try cases(family) {
            #expect(tokenizer.encode(item.text) == item.ids, "\(item.text)")
            #expect(tokenizer.decode(item.ids) == item.decoded)
        }
    }

    @Test(arguments: ["gpt2", "qwen2"])
    func idsStayTheSameOnTheWayBack(family: String) throws {
        let writer = try TokenizerFileWriter(values(family))
        let configuration = try TokenizerConfigurationFile(json: writer.configurationJSON())
        let tokenizer = try Tokenizer.fromTokenizerJSON(
            writer.tokenizerJSON(), configuration: configuration)
        for item in try cases(family) {
            #expect(tokenizer.encode(item.text) == item.ids, "\(item.text)")
            #expect(tokenizer.decode(item.ids) == item.decoded)
        }
    }

    /// Scores and types against those that were written with the fixture.
    @Test func sentencePieceScoresFollowTheMerges() throws {
        let expected = try SentencePieceModel().values
        let found = try values("llama2")
        #expect(found.model == "llama")
        #expect(found.tokens == expected.tokens)
        #expect(found.tokenTypes == expected.tokenTypes)
        #expect(found.scores == expected.scores)
    }

    @Test func missingTokensAreFilledUp() throws {
        let size = try values("gpt2").tokens.count
        let padded = try values("gpt2", count: size + 3)
        #expect(padded.tokens.count == size + 3)
        #expect(padded.tokens[size].elementsEqual("[PAD\(size)]".utf8))
        #expect(padded.tokenTypes?.suffix(3) == [5, 5, 5])
    }

    @Test func moreTokensThanTheModelHasAreRefused() throws {
        let size = try values("gpt2").tokens.count
        #expect(throws: TokenizerError.self) { try values("gpt2", count: size - 1) }
    }

    @Test func sentencePieceVocabulariesAreNotWrittenAsJSON() throws {
        let values = try values("llama2")
        #expect(throws: TokenizerError.self) { try TokenizerFileWriter(values) }
    }
}
