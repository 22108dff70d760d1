import BitNetGeneration
import BitNetModels
import BitNetTestSupport
import BitNetTokenizers
import Foundation
import Testing

/// Generations that a constraint guides.
struct ConstrainedGenerationTests {
    private static let schema = #"""
        {"type": "object", "properties": {"name": {"type": "string"}, "verses":
        {"type": "array", "items": {"type": "integer"}}, "more": {}}, "required": ["name", "verses"]}
        """#

    private func generate(
        _ model: LanguageModel, _ constraint: OutputConstraint, _ parameters: GenerationParameters,
        alternatives: Int? = nil
    ) async throws -> GenerationRecord {
        try await GenerationRecord(
            model.generate(
                GenerationRequest(
                    prompt: model.encode("In the beginning"), parameters: parameters,
                    alternatives: alternatives, constraint: constraint)))
    }

    /// The text follows the constraint as far as it goes.
    private func check(_ record: GenerationRecord, _ constraint: OutputConstraint) throws {
        var matcher = try constraint.makeMatcher()
        #expect(try matcher.accept(bytes: Array(record.text.utf8)), "\(record.text)")
        #expect(matcher.isComplete == record.result.isComplete)
    }

    @Test(arguments: [0, 0.8, 2] as [Float], [20, 60, 300])
    func textsAreWhole(temperature: Float, limit: Int) async throws {
        let model = try await TestModels.bundled()
        let constraint = try OutputConstraint(
            jsonSchema: Self.schema, vocabulary: model.constraintVocabulary)
        var parameters = GenerationParameters(
            maximumTokens: limit, temperature: temperature, topK: temperature == 2 ? 0 : 40)
        for seed in 0..<5 {
            parameters.seed = UInt64(seed)
            let record = try await generate(model, constraint, parameters)
            try check(record, constraint)
            #expect(record.result.isComplete == true, "\(record.text)")
            #expect(record.result.reason == .complete)
            #expect(record.result.tokens.count <= limit)
            _ = try JSONSerialization.jsonObject(with: Data(record.text.utf8))
        }
    }

    @Test func aLimitThatIsTooSmallIsSaid() async throws {
        let model = try await TestModels.bundled()
        let constraint = try OutputConstraint(
            jsonSchema: Self.schema, vocabulary: model.constraintVocabulary)
        let record = try await generate(model, constraint, .likeliest(4))
        try check(record, constraint)
        #expect(record.result.isComplete == false)
        #expect(record.result.reason == .maximumTokens)
    }

    @Test func theContextIsALimitToo() async throws {
        let model = try await TestModels.bundled(contextLength: 40)
        let constraint = try OutputConstraint(
            jsonSchema: Self.schema, vocabulary: model.constraintVocabulary)
        var parameters = GenerationParameters(temperature: 2, topK: 0)
        for seed in 0..<5 {
            parameters.seed = UInt64(seed)
            let record = try await generate(model, constraint, parameters)
            #expect(record.result.isComplete == true, "\(record.text)")
        }
    }

    @Test func aQuantisedHeadAndFullRowsAgree() async throws {
        let model = try await TestModels.bundled()
        let constraint = try OutputConstraint.regex(
            "( [a-z]+){3,9}\\.", vocabulary: model.constraintVocabulary)
        for temperature in [0, 0.7] as [Float] {
            let parameters = GenerationParameters(
                maximumTokens: 40, temperature: temperature, seed: 3)
            let chosen = try await generate(model, constraint, parameters)
            let whole = try await generate(model, constraint, parameters, alternatives: 3)
            #expect(chosen.text == whole.text)
            #expect(chosen.result.isComplete == true)
        }
    }

    @Test func endTokensEndOptionalTexts() async throws {
        let model = try await TestModels.fixture("bitnet-256/packed")
        let constraint = try OutputConstraint.regex(
            "[0-9]{1,400}", vocabulary: model.constraintVocabulary)
        let ends = model.constraintVocabulary.endTokens
        var parameters = GenerationParameters(maximumTokens: 300, temperature: 2, topK: 0, seed: 1)
        parameters.logitBias = Dictionary(uniqueKeysWithValues: ends.map { ($0, 100) })
        let short = try await generate(model, constraint, parameters)
        #expect(short.result.reason == .endOfText)
        #expect(short.result.tokens.count == 1)
        parameters.ignoreEndOfText = true
        let long = try await generate(model, constraint, parameters)
        #expect(long.result.tokens.count > 30)
        #expect(ends.isDisjoint(with: long.result.tokens))
        try check(long, constraint)
    }

    @Test func biasesCannotBreakTheForm() async throws {
        let model = try await TestModels.bundled()
        let constraint = try OutputConstraint.choices(
            ["amen"], vocabulary: model.constraintVocabulary)
        var parameters = GenerationParameters(maximumTokens: 9, temperature: 0)
        parameters.logitBias = Dictionary(
            uniqueKeysWithValues: (0..<TokenID(model.tokenizer.vocabularyCount)).map {
                ($0, -Float.infinity)
            })
        #expect(try await generate(model, constraint, parameters).text == "amen")
    }

    @Test func stopStringsCutTheText() async throws {
        let model = try await TestModels.bundled()
        let constraint = try OutputConstraint.choices(
            ["one, two"], vocabulary: model.constraintVocabulary)
        var parameters = GenerationParameters(maximumTokens: 9, temperature: 0)
        parameters.stopStrings = [","]
        let record = try await generate(model, constraint, parameters)
        #expect(record.text == "one")
        #expect(record.result.reason == .stopString(","))
        #expect(record.result.isComplete == false)
    }

    @Test func anEmptyTextIsWhole() async throws {
        let model = try await TestModels.bundled()
        let constraint = try OutputConstraint.choices(
            [""], vocabulary: model.constraintVocabulary)
        let record = try await generate(model, constraint, .likeliest(9))
        #expect(record.text.isEmpty && record.result.reason == .complete)
        #expect(record.result.isComplete == true)
    }

    @Test func anotherVocabularyIsRefused() async throws {
        let model = try await TestModels.bundled()
        let constraint = try Constraints.regex("a")
        await #expect(throws: GenerationParameterError.self) {
            _ = try await generate(model, constraint, .likeliest(3))
        }
    }

    @Test func manyAtOnceAreAsAlone() async throws {
        let model = try await TestModels.bundled()
        let constraint = try OutputConstraint(
            jsonSchema: Self.schema, vocabulary: model.constraintVocabulary)
        func text(_ seed: UInt64) async throws -> String {
            let parameters = GenerationParameters(maximumTokens: 60, temperature: 1, seed: seed)
            return try await generate(model, constraint, parameters).text
        }
        var alone: [String] = []
        for seed in 0..<8 as Range<UInt64> { alone.append(try await text(seed)) }
        let together = try await withThrowingTaskGroup(of: (UInt64, String).self) { group in
            for seed in 0..<8 as Range<UInt64> { group.addTask { (seed, try await text(seed)) } }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect((0..<8 as Range<UInt64>).map { together[$0] } == alone)
    }
}
