import BitNetGeneration
import BitNetModels
import BitNetTensors
import BitNetTestSupport
import Testing

/// One seed gives one text, whatever else is going on.
struct GenerationRepeatabilityTests {
    private static let prompt = TestModels.prompt(150)
    private static let parameters = GenerationParameters.drawn(40, seed: 11)

    private func tokens(
        _ model: LanguageModel, seed: UInt64 = 11, _ prompt: [Int32] = prompt
    ) async throws -> [Int32] {
        try await GenerationRecord(
            model.generate(tokens: prompt, parameters: .drawn(40, seed: seed))
        ).result.tokens
    }

    @Test(arguments: ["bitnet-odd/packed", "llama-bitlinear/model-i2_s.gguf"])
    func chunksAndThreadsDoNotChangeTheText(fixture: String) async throws {
        let expected = try await tokens(TestModels.fixture(fixture))
        #expect(expected.count == 40)
        for chunk in [1, 3, 128] {
            for threads in 1...3 {
                let model = try await TestModels.fixture(
                    fixture, threads: threads, prefillChunk: chunk)
                let found = try await tokens(model)
                #expect(found == expected, "\(threads) threads, chunks of \(chunk)")
            }
        }
    }

    @Test func anotherSeedGivesAnotherText() async throws {
        let model = try await TestModels.fixture("bitnet-odd/packed")
        let first = try await tokens(model)
        #expect(try await tokens(model) == first)
        #expect(try await tokens(model, seed: 12) != first)
    }

    @Test func aSeedThatWasMadeUpRepeatsTheText() async throws {
        let model = try await TestModels.fixture("bitnet-odd/packed")
        let free = try await GenerationRecord(
            model.generate("the", parameters: GenerationParameters(maximumTokens: 30)))
        let again = try await GenerationRecord(
            model.generate(
                "the",
                parameters: GenerationParameters(maximumTokens: 30, seed: free.result.seed)))
        #expect(again.result.tokens == free.result.tokens)
        #expect(!free.result.tokens.isEmpty)
    }

    @Test func eightGenerationsAtOnceGiveTheTextsTheyHaveAlone() async throws {
        let model = try await TestModels.fixture(
            "bitnet-256/packed", threads: 2, prefillChunk: 16)
        let prompts = (0..<8).map { TestModels.prompt(5 + 13 * $0, seed: UInt64($0)) }
        var alone: [[Int32]] = []
        for (index, prompt) in prompts.enumerated() {
            alone.append(try await tokens(model, seed: UInt64(index), prompt))
        }
        let together = try await withThrowingTaskGroup(of: (Int, [Int32]).self) { group in
            for (index, prompt) in prompts.enumerated() {
                group.addTask {
                    (index, try await self.tokens(model, seed: UInt64(index), prompt))
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(together.count == 8)
        for index in 0..<8 { #expect(together[index] == alone[index]) }
    }

    @Test func logitsAreThoseOfTheModelAndDisturbNoGeneration() async throws {
        let model = try await TestModels.fixture("bitnet-256/packed", prefillChunk: 16)
        let expected = try await tokens(model)
        let cache = try model.model.makeCache(capacity: 150, format: .float32)
        let workspace = try Workspace(model.model, tokens: 150, positions: 150)
        var reference: [[UInt32]] = []
        try model.model.forward(
            [SequenceChunk(cache: cache, tokens: Self.prompt, outputs: .all)], workspace
        ) { reference.append($0.logits.map(\.bitPattern)) }

        let running = model.generate(tokens: Self.prompt, parameters: Self.parameters)
        let rows = try await model.logits(for: Self.prompt)
        #expect(rows.count == 150)
        #expect(rows.map { $0.map(\.bitPattern) } == reference)
        #expect(try await GenerationRecord(running).result.tokens == expected)
        #expect(try await model.logits(for: []).isEmpty)
    }

    @Test func logitsBeyondTheContextAreRefused() async throws {
        let model = try await TestModels.fixture("bitnet-128/packed", contextLength: 8)
        let error = await #expect(throws: ModelError.self) {
            _ = try await model.logits(for: TestModels.prompt(9))
        }
        #expect(error?.code == .contextFull)
        #expect(try await model.logits(for: TestModels.prompt(8)).count == 8)
    }
}
