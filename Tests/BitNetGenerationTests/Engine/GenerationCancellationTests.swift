import BitNetGeneration
import BitNetModels
import BitNetTestSupport
import BitNetTokenizers
import Testing

/// Every generation here would take far longer than the tests may, were it not ended.
struct GenerationCancellationTests {
    private static let endless = GenerationParameters(temperature: 0, ignoreEndOfText: true)

    private func endlessModel() async throws -> LanguageModel {
        try await TestModels.fixture("bitnet-128/packed", contextLength: 1 << 20)
    }

    @Test func anInterruptionBeforeTheStartComputesNothing() async throws {
        let model = try await endlessModel()
        let interruption = Interruption()
        interruption.cancel()
        let record = try await GenerationRecord(
            model.generate(
                tokens: TestModels.prompt(300), parameters: Self.endless,
                interruption: interruption))
        #expect(record.result.reason == .cancelled)
        #expect(record.progress.isEmpty)
        #expect(record.result.tokens.isEmpty)
    }

    @Test func anInterruptedGenerationStillReportsItsResult() async throws {
        let model = try await endlessModel()
        let interruption = Interruption()
        var text = ""
        var result: GenerationResult?
        for try await event in model.generate(
            "the", parameters: Self.endless, interruption: interruption)
        {
            switch event {
            case .promptProgress, .prompt, .tokens: break
            case .text(let piece):
                text += piece
                interruption.cancel()
            case .finished(let finished): result = finished
            }
        }
        let finished = try #require(result)
        #expect(finished.reason == .cancelled)
        #expect(!finished.tokens.isEmpty)
        #expect(text == model.tokenizer.decode(finished.tokens, skipSpecialTokens: true))
    }

    @Test func aDroppedStreamEndsItsGeneration() async throws {
        var model: LanguageModel? = try await endlessModel()
        weak let weights = model?.model
        for try await event in try #require(model).generate("the", parameters: Self.endless) {
            if case .text = event { break }
        }
        let next = try await GenerationRecord(
            #require(model).generate("the", parameters: .likeliest(5)))
        #expect(next.result.tokens.count == 5)
        model = nil
        #expect(try await isReleased { weights == nil }, "a generation still holds the model")
    }

    @Test func aStreamThatNobodyReadsEndsItsGeneration() async throws {
        var model: LanguageModel? = try await endlessModel()
        weak let weights = model?.model
        _ = try #require(model).generate("the", parameters: Self.endless)
        model = nil
        #expect(try await isReleased { weights == nil }, "a generation still holds the model")
    }

    @Test func aCancelledTaskEndsItsGeneration() async throws {
        var model: LanguageModel? = try await endlessModel()
        weak let weights = model?.model
        let events = try #require(model).generate("the", parameters: Self.endless)
        let reader = Task {
            for try await event in events { if case .finished = event { return true } }
            return false
        }
        try await Task.sleep(for: .milliseconds(20))
        reader.cancel()
        #expect(try await reader.value == false)
        model = nil
        #expect(try await isReleased { weights == nil }, "a generation still holds the model")
    }

    /// Waits up to ten seconds.
    private func isReleased(_ condition: () -> Bool) async throws -> Bool {
        for _ in 0..<1000 {
            if condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return condition()
    }
}
