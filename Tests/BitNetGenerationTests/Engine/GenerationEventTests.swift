import BitNetGeneration
import BitNetTestSupport
import BitNetTokenizers
import Testing

struct GenerationEventTests {
    @Test func theTextIsThatOfTheTokens() async throws {
        let model = try await TestModels.fixture("bitnet-odd/packed")
        let record = try await GenerationRecord(
            model.generate("the lamp", parameters: .drawn(200, seed: 3)))
        #expect(record.result.tokens.count == 200)
        #expect(record.result.reason == .maximumTokens)
        #expect(record.result.seed == 3)
        #expect(
            record.text == model.tokenizer.decode(record.result.tokens, skipSpecialTokens: true))
        #expect(record.result.statistics.generatedTokens == 200)
        #expect(record.result.statistics.decodeTokensPerSecond > 0)
    }

    @Test(arguments: [(1, [1, 2, 3, 4, 5, 6, 7]), (3, [3, 6, 7]), (7, [7]), (128, [7])])
    func thePromptIsReportedChunkByChunk(chunk: Int, expected: [Int]) async throws {
        let model = try await TestModels.fixture("bitnet-128/packed", prefillChunk: chunk)
        let record = try await GenerationRecord(
            model.generate(tokens: TestModels.prompt(7), parameters: .likeliest(2)))
        #expect(record.progress == expected)
        #expect(record.result.statistics.promptTokens == 7)
        #expect(record.result.statistics.reusedTokens == 0)
    }

    /// Nearly random tokens: many characters come in two or more of them, many never complete.
    @Test func charactersOfSeveralTokensAreNeverCut() async throws {
        let model = try await TestModels.fixture("bitnet-256/packed", contextLength: 4096)
        let parameters = GenerationParameters(
            maximumTokens: 4000, temperature: 20, topK: 0, topP: 1, minP: 0, seed: 1,
            ignoreEndOfText: true)
        let record = try await GenerationRecord(model.generate("x", parameters: parameters))
        let tokens = record.result.tokens
        #expect(tokens.count == 4000)
        let whole = model.tokenizer.decode(tokens, skipSpecialTokens: true)
        #expect(record.text == whole)
        let alone = tokens.map { model.tokenizer.decode([$0], skipSpecialTokens: true) }.joined()
        #expect(wideCharacters(whole) > wideCharacters(alone), "no character was put together")
    }

    private func wideCharacters(_ text: String) -> Int {
        text.unicodeScalars.count { $0.value >= 0x80 && $0.value != 0xFFFD }
    }

    @Test func noTokensAreGeneratedWhenNoneAreWanted() async throws {
        let model = try await TestModels.fixture("bitnet-128/packed")
        let record = try await GenerationRecord(
            model.generate(tokens: TestModels.prompt(5), parameters: .likeliest(0)))
        #expect(record.progress == [5])
        #expect(record.pieces.isEmpty)
        #expect(record.result.tokens.isEmpty)
        #expect(record.result.reason == .maximumTokens)
        #expect(record.result.statistics.generatedTokens == 0)
        #expect(record.result.statistics.decodeTokensPerSecond == 0)
    }

    @Test func oneTokenIsTheFirstOfMany() async throws {
        let model = try await TestModels.bundled()
        let one = try await GenerationRecord(
            model.generate("In the beginning", parameters: .likeliest(1)))
        let many = try await GenerationRecord(
            model.generate("In the beginning", parameters: .likeliest(9)))
        #expect(one.result.tokens == Array(many.result.tokens.prefix(1)))
        #expect(many.result.tokens.count == 9)
        #expect(one.text == " of")
    }
}
