import BitNetGeneration
import BitNetModels
import BitNetTokenizers
import Testing

/// Guessing changes how many tokens a pass yields, never which: all is compared with no guessing.
struct SpeculationTests {
    /// The bundled model at low temperatures repeats itself, and not quite.
    private static let prompt = "And the sons of Noah, Shem, and Ham: and the sons of Noah"

    private func record(
        _ model: LanguageModel, _ prompt: [TokenID], _ parameters: GenerationParameters,
        drafts: Int
    ) async throws -> GenerationRecord {
        var parameters = parameters
        parameters.maximumDraftTokens = drafts
        return try await GenerationRecord(model.generate(tokens: prompt, parameters: parameters))
    }

    /// Requires equal texts, events and ends with and without guessing; returns what was guessed.
    @discardableResult private func compare(
        _ model: LanguageModel, _ prompt: [TokenID], _ parameters: GenerationParameters,
        drafts: Int = 7
    ) async throws -> (drafted: Int, accepted: Int) {
        let plain = try await record(model, prompt, parameters, drafts: 0)
        let found = try await record(model, prompt, parameters, drafts: drafts)
        #expect(found.result.tokens == plain.result.tokens, "\(parameters)")
        #expect(found.pieces == plain.pieces, "\(parameters)")
        #expect(found.progress.last == plain.progress.last)
        #expect(found.result.reason == plain.result.reason, "\(parameters)")
        let statistics = found.result.statistics
        #expect(statistics.generatedTokens == plain.result.statistics.generatedTokens)
        #expect(plain.result.statistics.draftedTokens == 0)
        #expect(statistics.acceptedTokens <= statistics.draftedTokens)
        #expect(statistics.acceptedTokens < max(statistics.generatedTokens, 1))
        return (statistics.draftedTokens, statistics.acceptedTokens)
    }

    private static let samplings: [GenerationParameters] = [
        .likeliest(250),
        GenerationParameters(temperature: 0.3),
        GenerationParameters(temperature: 0.5, topK: 0, topP: 0.8, minP: 0),
        GenerationParameters(temperature: 0.6, topK: 4, typicalP: 0.7),
        GenerationParameters(
            temperature: 0.3, repetitionPenalty: 1.02, repetitionWindow: 16, presencePenalty: 0.05,
            frequencyPenalty: 0.03),
        GenerationParameters(temperature: 0.4, logitBias: [3: -.infinity, 20: 1.5, 90: 0.5]),
        GenerationParameters(temperature: 0.4, stopStrings: ["never there", "LORD, and the"]),
    ]

    @Test(arguments: samplings) func everySamplingGivesItsText(
        sampling: GenerationParameters
    ) async throws {
        let model = try await TestModels.bundled()
        var (drafted, accepted) = (0, 0)
        for seed in 1...4 as ClosedRange<UInt64> {
            var parameters = sampling
            parameters.seed = seed
            parameters.maximumTokens = 250
            for text in [Self.prompt, "In the beginning"] {
                let counts = try await compare(model, model.encode(text), parameters)
                drafted += counts.drafted
                accepted += counts.accepted
            }
        }
        if sampling.stopStrings.isEmpty {
            #expect(accepted > 0, "no guess was right")
            #expect(drafted > accepted, "no guess was wrong")
        }
    }

    /// Few tokens to choose from, so that nearly random models repeat themselves.
    @Test(arguments: ["bitnet-odd/packed", "bitnet-256/packed", "llama-bitlinear/model-i2_s.gguf"])
    func everyModelGivesItsText(fixture: String) async throws {
        var (drafted, accepted) = (0, 0)
        for (threads, drafts) in [(1, 1), (2, 3), (2, 7), (1, 1000)] {
            let model = try await TestModels.fixture(fixture, threads: threads)
            for seed in 1...3 as ClosedRange<UInt64> {
                let bias = Dictionary(
                    uniqueKeysWithValues: (30..<34).map { (Int32($0), Float(60)) })
                let parameters = GenerationParameters(
                    maximumTokens: 200, temperature: 2, topK: 4, minP: 0.3, logitBias: bias,
                    seed: seed, ignoreEndOfText: true)
                let counts = try await compare(
                    model, TestModels.prompt(9, seed: seed), parameters, drafts: drafts)
                drafted += counts.drafted
                accepted += counts.accepted
            }
        }
        #expect(accepted > 0, "no guess was right")
        #expect(drafted > accepted, "no guess was wrong")
    }

    @Test func draftsAreCutWhereTheContextEnds() async throws {
        for length in 60...72 {
            let model = try await TestModels.bundled(contextLength: length)
            let prompt = model.encode(Self.prompt)
            let counts = try await compare(model, prompt, .greedy)
            #expect(counts.accepted > 0)
        }
    }

    @Test func draftsAreCutWhereEnoughTokensCame() async throws {
        let model = try await TestModels.bundled()
        let prompt = model.encode("In the beginning")
        for count in 40...60 {
            let counts = try await compare(model, prompt, .likeliest(count))
            #expect(counts.accepted > 0)
        }
    }

    @Test func aPassOfOneTokenHasNoRoomForDrafts() async throws {
        for (chunk, most) in [(1, 0), (2, 1)] {
            let model = try await TestModels.load(BundledModel.name, prefillChunk: chunk)
            let counts = try await compare(model, model.encode(Self.prompt), .likeliest(100))
            #expect((counts.drafted > 0) == (most > 0))
        }
    }

    /// Within a draft too, nothing of the tokens behind the end is emitted.
    @Test func endTokensAndStopsEndATextInTheMidstOfADraft() async throws {
        let model = try await TestModels.bundled()
        let prompt = model.encode("In the beginning")
        let free = try await record(model, prompt, .likeliest(80), drafts: 7)
        #expect(free.result.statistics.acceptedTokens > 40)
        for end in 60..<80 {
            var parameters = GenerationParameters.likeliest(80)
            parameters.stopStrings = [free.pieces[40..<end].joined()]
            let counts = try await compare(model, prompt, parameters)
            #expect(counts.accepted > 0)
        }
        let chat = try await TestModels.fixture("bitnet-256/packed")
        for seed in 1...20 as ClosedRange<UInt64> {
            let parameters = GenerationParameters(
                maximumTokens: 200, temperature: 2, topK: 4, minP: 0.2,
                logitBias: [30: 60, 31: 60, 592: 55], seed: seed)
            try await compare(chat, TestModels.prompt(9, seed: seed), parameters)
        }
    }

    @Test func anInterruptedTextIsTheBeginningOfTheWholeOne() async throws {
        let model = try await TestModels.bundled(contextLength: 1 << 16)
        let parameters = GenerationParameters(temperature: 0, ignoreEndOfText: true)
        let interruption = Interruption()
        var (text, pieces) = ("", 0)
        var finished: GenerationResult?
        for try await event in model.generate(
            "In the beginning", parameters: parameters, interruption: interruption)
        {
            if case .text(let piece) = event { (text, pieces) = (text + piece, pieces + 1) }
            if pieces == 100 { interruption.cancel() }
            if case .finished(let result) = event { finished = result }
        }
        let result = try #require(finished)
        #expect(result.reason == .cancelled)
        #expect(result.statistics.acceptedTokens > 0)
        #expect(text == model.tokenizer.decode(result.tokens))
        let whole = try await record(
            model, model.encode("In the beginning"), .likeliest(result.tokens.count), drafts: 0)
        #expect(whole.result.tokens == result.tokens)
    }

    /// The cache is left as without guessing, so that a next turn keeps as much of it.
    @Test func aConversationKeepsWhatItKeepsWithoutDrafts() async throws {
        var turns: [[GenerationResult]] = []
        for drafts in [0, 7] {
            let model = try await TestModels.fixture("bitnet-256/packed")
            let chat = try model.makeChat()
            var results: [GenerationResult] = []
            for seed in 1...4 as ClosedRange<UInt64> {
                let parameters = GenerationParameters(
                    maximumTokens: 60, temperature: 2, topK: 4, minP: 0.3,
                    logitBias: [30: 60, 31: 60, 32: 60], seed: seed, maximumDraftTokens: drafts)
                results.append(
                    try await GenerationRecord(chat.send("the lamp", parameters: parameters))
                        .result)
            }
            turns.append(results)
        }
        #expect(turns[1].contains { $0.statistics.draftedTokens > 0 })
        for (plain, drafted) in zip(turns[0], turns[1]) {
            #expect(plain.tokens == drafted.tokens)
            #expect(plain.statistics.promptTokens == drafted.statistics.promptTokens)
            #expect(plain.statistics.reusedTokens == drafted.statistics.reusedTokens)
        }
    }
}
