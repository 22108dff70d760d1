import BitNetGeneration
import BitNetModels
import BitNetTestSupport
import BitNetTokenizers
import Testing

/// Who is let in, who waits, who goes, and what is computed once.
@Suite(.serialized) struct SchedulerTests {
    private static let path = Fixtures.path("bitnet-128/packed")
    private static let endless = GenerationParameters(temperature: 0, ignoreEndOfText: true)

    @Test func requestsShareTheirPasses() async throws {
        let model = try await TestModels.load(Self.path, pages: 40, contextLength: 600)
        let mix = (0..<8).map {
            MixedRequest(
                request: GenerationRequest(
                    prompt: TestModels.prompt(5, seed: $0), parameters: .likeliest(200)))
        }
        let texts = try await ServedText.all(model, mix)
        #expect(texts.allSatisfy { $0.tokens?.count == 200 })
        let statistics = model.statistics
        #expect(statistics.generatedTokens == 1600)
        #expect(statistics.passes < 1600 && statistics.passSequences > statistics.passes)
        #expect(statistics.passTokens >= 1600)
        #expect(statistics.promptTokens == 40 && statistics.preemptions == 0)
    }

    @Test func beyondTheQueueRequestsAreRefused() async throws {
        let model = try await TestModels.load(
            Self.path, pages: 2 << 12, contextLength: 1 << 20, maximumSequences: 1, queueLimit: 1)
        let (stop, firstEnded) = (Interruption(), Interruption())
        _ = firstEnded
        var first = model.generate(
            GenerationRequest(prompt: [1], parameters: Self.endless), interruption: stop
        ).makeAsyncIterator()
        _ = try await first.next()
        let second = model.generate(
            GenerationRequest(prompt: [2], parameters: .likeliest(3)))
        let third = model.generate(
            GenerationRequest(prompt: [3], parameters: .likeliest(3)))
        let error = await #expect(throws: GenerationError.self) {
            _ = try await GenerationRecord(third)
        }
        #expect(error?.code == .queueFull)
        #expect(model.statistics.running == 1 && model.statistics.waiting == 1)
        stop.cancel()
        #expect(try await GenerationRecord(second).result.tokens.count == 3)
        while let event = try await first.next() {
            if case .finished(let result) = event { #expect(result.reason == .cancelled) }
        }
    }

    @Test func aWaitingRequestThatIsCancelledLeavesAtOnce() async throws {
        let model = try await TestModels.load(
            Self.path, pages: 2 << 12, contextLength: 1 << 20, maximumSequences: 1)
        let (stop, stopSecond) = (Interruption(), Interruption())
        var first = model.generate(
            GenerationRequest(prompt: [1], parameters: Self.endless), interruption: stop
        ).makeAsyncIterator()
        _ = try await first.next()
        let second = model.generate(
            GenerationRequest(prompt: [2], parameters: Self.endless), interruption: stopSecond)
        stopSecond.cancel()
        let record = try await GenerationRecord(second)
        #expect(record.result.reason == .cancelled && record.progress.isEmpty)
        // The first is still running.
        #expect(model.statistics.running == 1)
        stop.cancel()
        while try await first.next() != nil {}
    }

    @Test func pagesOfACancelledRequestAreFree() async throws {
        let model = try await TestModels.load(Self.path, pages: 2 << 12, contextLength: 1 << 20)
        let request = GenerationRequest(
            prompt: TestModels.prompt(600), parameters: Self.endless)
        for try await event in model.generate(request) {
            if case .text = event { break }
        }
        // The next request ends after the first was noticed to be gone.
        _ = try await ServedText(
            model,
            MixedRequest(request: GenerationRequest(prompt: [7], parameters: .likeliest(2))))
        #expect(model.statistics.usedPages == 0 && model.statistics.cachedPages >= 3)
    }

    @Test func preemptedTextsAreAsBefore() async throws {
        let model = try await TestModels.load(Self.path, pages: 3, contextLength: 768)
        let mix = (0..<4).map {
            MixedRequest(
                request: GenerationRequest(
                    prompt: TestModels.prompt(150, seed: $0),
                    parameters: .drawn(500, seed: UInt64($0)), alternatives: 1))
        }
        let texts = try await ServedText.all(model, mix)
        #expect(model.statistics.preemptions > 0)
        for (mixed, text) in zip(mix, texts) {
            let other = try await TestModels.load(Self.path, contextLength: 768)
            #expect(try await ServedText(other, mixed) == text)
            #expect(text.tokens?.count == 500)
        }
    }

    @Test func aCommonBeginningIsComputedOnce() async throws {
        let model = try await TestModels.load(Self.path, pages: 60, contextLength: 1000)
        let prompt = TestModels.prompt(500)
        let mix = (0..<6).map { seed in
            MixedRequest(
                request: GenerationRequest(
                    prompt: prompt, parameters: .drawn(20, seed: UInt64(seed))))
        }
        let texts = try await ServedText.all(model, mix)
        #expect(Set(texts.map(\.text)).count > 1)
        let statistics = model.statistics
        #expect(statistics.prefixLookups == 6 && statistics.prefixHits == 5)
        // All but the last tokens, and at most 31 that were about to be computed.
        #expect(statistics.reusedTokens >= 5 * (499 - 31))
        #expect(statistics.promptTokens == 3000)
    }

    @Test func earlierTextsAreReusedUntilTheirPagesAreNeeded() async throws {
        let model = try await TestModels.load(Self.path, pages: 4, contextLength: 768)
        func reused(_ prompt: [TokenID]) async throws -> Int {
            try await GenerationRecord(
                model.generate(tokens: prompt, parameters: .likeliest(3))
            ).result.statistics.reusedTokens
        }
        let first = TestModels.prompt(400, seed: 1)
        #expect(try await reused(first) == 0)
        #expect(try await reused(first) == 399)
        #expect(try await reused(Array(first.prefix(300)) + [5, 6]) == 300)
        // Needs all pages but one: what was computed last goes last.
        #expect(try await reused(TestModels.prompt(700, seed: 2)) == 0)
        #expect(try await reused(Array(first.prefix(300)) + [5, 6]) <= 256)
        #expect(model.statistics.preemptions == 0)
    }

    /// A long prompt leaves room for one that comes later: by the engine's clock, not the test's.
    @Test func aShortRequestPassesALongPrompt() async throws {
        let model = try await TestModels.load(
            Self.path, pages: 40, contextLength: 4000, prefillChunk: 24)
        let long = model.generate(
            GenerationRequest(prompt: TestModels.prompt(3900), parameters: .likeliest(1)))
        let short = model.generate(
            GenerationRequest(prompt: TestModels.prompt(20, seed: 3), parameters: .likeliest(4)))
        let quick = try await GenerationRecord(short).result
        let slow = try await GenerationRecord(long).result
        #expect(quick.tokens.count == 4 && slow.tokens.count == 1)
        let quickSeconds = quick.statistics.timeToFirstToken + quick.statistics.decodeSeconds
        #expect(quickSeconds < slow.statistics.timeToFirstToken / 2)
    }

    @Test func aBudgetBelowOneContextIsRefused() async throws {
        let error = await #expect(throws: ModelError.self) {
            _ = try await TestModels.load(Self.path, pages: 2, contextLength: 513)
        }
        #expect(error?.code == .outOfMemory)
        #expect(error?.description.contains("a context of 513 tokens takes 3") == true)
    }

    @Test func reportsOfPromptsReuseNothing() async throws {
        let model = try await TestModels.load(Self.path, pages: 20, contextLength: 600)
        let request = GenerationRequest(
            prompt: TestModels.prompt(100), parameters: .likeliest(3), alternatives: 2,
            reportsPrompt: true)
        let mix = (0..<5).map { _ in MixedRequest(request: request) }
        let texts = try await ServedText.all(model, mix)
        #expect(texts.allSatisfy { $0 == texts[0] && $0.prompt.count == 100 })
        #expect(model.statistics.reusedTokens == 0 && model.statistics.cachedPages == 0)
    }
}
