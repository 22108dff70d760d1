import BitNetGeneration
import BitNetModels
import BitNetTestSupport
import BitNetTokenizers
import Testing

struct GenerationEndTests {
    private static let greedyText = " of the LORD, and in the heavens"

    @Test(arguments: [
        ("RD, a", " of the LO"), ("in the heav", " of the LORD, and "), (" of the", ""),
        ("d in the h", " of the LORD, an"),
    ])
    func stopStringsAreFoundAcrossTokens(stop: String, expected: String) async throws {
        let model = try await TestModels.bundled()
        var parameters = GenerationParameters.likeliest(40)
        parameters.stopStrings = ["never there", stop]
        let record = try await GenerationRecord(
            model.generate("In the beginning", parameters: parameters))
        #expect(record.text == expected)
        #expect(record.result.reason == .stopString(stop))
        let texts = record.result.tokens.map { model.tokenizer.decode([$0]) }
        #expect(!texts.contains { $0.contains(stop) }, "\"\(stop)\" is in one token of \(texts)")
        #expect(Self.greedyText.hasPrefix(expected + stop))
    }

    @Test func textThatOnlyBeganAStopIsDelivered() async throws {
        let model = try await TestModels.bundled()
        var parameters = GenerationParameters.likeliest(1)
        parameters.stopStrings = [" of all"]
        let record = try await GenerationRecord(
            model.generate("In the beginning", parameters: parameters))
        #expect(record.text == " of")
        #expect(record.result.reason == .maximumTokens)
    }

    /// 592 is `eos_token_id` of config.json, 597 (end of turn) stands only in generation_config.json.
    @Test(arguments: [592, 597] as [TokenID])
    func endTokensEndTheText(end: TokenID) async throws {
        let model = try await TestModels.fixture("bitnet-256/packed")
        var parameters = GenerationParameters(
            maximumTokens: 6, temperature: 0, logitBias: [end: .infinity])
        let ended = try await GenerationRecord(model.generate("a", parameters: parameters))
        #expect(ended.result.reason == .endOfText)
        #expect(ended.result.tokens.isEmpty)
        #expect(ended.pieces.isEmpty)
        #expect(ended.result.statistics.generatedTokens == 1)
        parameters.ignoreEndOfText = true
        let endless = try await GenerationRecord(model.generate("a", parameters: parameters))
        #expect(endless.result.reason == .maximumTokens)
        #expect(endless.result.tokens == Array(repeating: end, count: 6))
        #expect(endless.text.isEmpty)
    }

    @Test(arguments: [1, 9, 15])
    func aFullContextEndsTheTextWithAllThatFits(promptCount: Int) async throws {
        let prompt = TestModels.prompt(promptCount)
        let small = try await TestModels.fixture("bitnet-128/packed", contextLength: 16)
        let large = try await TestModels.fixture("bitnet-128/packed")
        let cut = try await GenerationRecord(
            small.generate(tokens: prompt, parameters: .likeliest(100)))
        // The last token is drawn from the last position and needs none of its own.
        let fitting = 16 - promptCount + 1
        let whole = try await GenerationRecord(
            large.generate(tokens: prompt, parameters: .likeliest(fitting)))
        #expect(cut.result.reason == .contextFull)
        #expect(cut.result.tokens == whole.result.tokens)
        #expect(cut.result.tokens.count == fitting)
        #expect(cut.text == whole.text)
    }

    @Test(arguments: [16, 17, 300])
    func aPromptThatDoesNotFitIsRefusedWithBothNumbers(count: Int) async throws {
        let model = try await TestModels.fixture("bitnet-128/packed", contextLength: 16)
        let error = await #expect(throws: GenerationError.self) {
            _ = try await GenerationRecord(model.generate(tokens: TestModels.prompt(count)))
        }
        #expect(error?.code == .contextFull)
        #expect(error?.description.contains("\(count) tokens") == true)
        #expect(error?.description.contains("holds 16") == true)
    }

    @Test func anEmptyPromptIsRefused() async throws {
        let model = try await TestModels.fixture("bitnet-128/packed")
        let error = await #expect(throws: GenerationError.self) {
            _ = try await GenerationRecord(model.generate(tokens: []))
        }
        #expect(error?.code == .emptyPrompt)
    }

    @Test(arguments: [-1, 599, .max, .min] as [TokenID])
    func unknownTokensAreRefused(token: TokenID) async throws {
        let model = try await TestModels.fixture("bitnet-128/packed", prefillChunk: 2)
        for place in [0, 4] {
            var prompt = TestModels.prompt(5)
            prompt[place] = token
            let error = await #expect(throws: ModelError.self) {
                _ = try await GenerationRecord(model.generate(tokens: prompt))
            }
            #expect(error?.code == .invalidToken)
            #expect(error?.description.contains("\(token)") == true)
        }
        let after = try await GenerationRecord(
            model.generate(tokens: TestModels.prompt(5), parameters: .likeliest(3)))
        #expect(after.result.tokens.count == 3)
    }

    @Test func parametersAreCheckedBeforeAnythingIsComputed() async throws {
        let model = try await TestModels.fixture("bitnet-128/packed")
        for (field, parameters) in [
            ("temperature", GenerationParameters(temperature: .nan)),
            ("topP", GenerationParameters(topP: 2)),
            ("maximumTokens", GenerationParameters(maximumTokens: -1)),
            ("stopStrings", GenerationParameters(stopStrings: [""])),
        ] {
            let error = await #expect(throws: GenerationParameterError.self) {
                _ = try await GenerationRecord(model.generate("a", parameters: parameters))
            }
            #expect(error?.field == field)
        }
    }

    @Test func damagedWeightsGiveAnErrorInsteadOfText() async throws {
        let copy = try FixtureCopy()
        try copy.poison("model.embed_tokens.weight")
        let model = try await TestModels.load(copy.path)
        for parameters in [GenerationParameters.likeliest(5), .drawn(5, seed: 1)] {
            let error = await #expect(throws: SamplingError.self) {
                _ = try await GenerationRecord(model.generate("a", parameters: parameters))
            }
            #expect(error?.description.contains("not a number") == true)
        }
    }

    /// The rounding to integers behind a norm would turn NaN into plausible text.
    @Test(arguments: ["model.norm.weight", "model.layers.1.input_layernorm.weight"])
    func damagedNormsAreRefusedWhenTheModelIsLoaded(tensor: String) async throws {
        let copy = try FixtureCopy()
        try copy.poison(tensor)
        let error = await #expect(throws: ModelError.self) {
            _ = try await TestModels.load(copy.path)
        }
        #expect(error?.code == .invalidTensor)
        #expect(error?.description.contains(tensor) == true)
        #expect(error?.description.contains("not finite") == true)
    }
}
