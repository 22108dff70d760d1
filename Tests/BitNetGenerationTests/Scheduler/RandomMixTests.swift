import BitNetGeneration
import BitNetTensors
import BitNetTestSupport
import BitNetTokenizers
import Testing

/// No request's text or probabilities depend on what else is served, to the last bit.
@Suite(.serialized) struct RandomMixTests {
    private static let contextLength = 600

    @Test(arguments: [
        ("kjv-tiny", 1, 3, 48), ("kjv-tiny", 2, 5, 96), ("bitnet-256/packed", 2, 3, 48),
        ("bitnet-odd/packed", 1, 4, 17), ("llama-bitlinear/model-i2_s.gguf", 1, 20, 96),
        ("bitnet-128/model-i2_s.gguf", 2, 3, 2),
    ])
    func mixesGiveTheTextsOfEachAlone(
        _ name: String, _ threads: Int, _ pages: Int, _ chunk: Int
    ) async throws {
        let path = name == "kjv-tiny" ? name : Fixtures.path(name)
        let served = try await TestModels.load(
            path, pages: pages, contextLength: Self.contextLength, prefillChunk: chunk,
            threads: threads, maximumSequences: 9)
        var random = BitNetTestSupport.SeededGenerator(seed: UInt64(pages * 100 + chunk))
        let mix = (0..<14).map { Self.request(UInt64($0), &random) }
        let found = try await ServedText.all(served, mix)
        try #require(found.count == mix.count)
        for (mixed, text) in zip(mix, found) {
            try await Self.compare(text, mixed, path)
        }
        let statistics = served.statistics
        #expect(statistics.running == 0 && statistics.waiting == 0 && statistics.usedPages == 0)
        #expect(statistics.cachedPages <= pages && statistics.totalPages == pages)
        if pages == 3 { #expect(statistics.passSequences > statistics.passes) }
    }

    /// Long and short prompts, of which some begin alike; all kinds of sampling and of ends.
    private static func request(
        _ number: UInt64, _ random: inout BitNetTestSupport.SeededGenerator
    ) -> MixedRequest {
        let shared = [0, 70, 256, 300][Int.random(in: 0..<4, using: &random)]
        let own = Int.random(in: 1...200, using: &random)
        var parameters = GenerationParameters.drawn(
            Int.random(in: 0...60, using: &random), seed: number)
        if number % 4 == 1 { parameters.temperature = 0 }
        if number % 5 == 2 { parameters.repetitionPenalty = 1.1 }
        if number % 3 == 0 { parameters.maximumDraftTokens = 0 }
        if number % 6 == 3 { parameters.topK = 0 }
        if number == 7 { parameters.maximumTokens = nil }
        var request = GenerationRequest(
            prompt: TestModels.prompt(shared, seed: 1) + TestModels.prompt(own, seed: number),
            parameters: parameters)
        if number % 4 == 2 { request.alternatives = 2 }
        if number == 10 || number == 5 {
            request.alternatives = 1
            request.reportsPrompt = true
        }
        var mixed = MixedRequest(
            request: request, arrival: Int.random(in: 0...40, using: &random))
        if number % 5 == 4 {
            mixed.endsAfter = Int.random(in: 1...9, using: &random)
            mixed.interrupts = number % 2 == 0
        }
        return mixed
    }

    /// Alone: on a model that has computed nothing yet, with one thread and no guesses.
    private static func compare(
        _ found: ServedText, _ mixed: MixedRequest, _ path: String
    ) async throws {
        var request = mixed.request
        request.parameters.maximumDraftTokens = 0
        let model = try await TestModels.load(path, contextLength: contextLength)
        let alone = try await ServedText(model, MixedRequest(request: request))
        guard mixed.endsAfter != nil else {
            #expect(found == alone)
            return
        }
        #expect(alone.text.hasPrefix(found.text))
        #expect(alone.reports.starts(with: found.reports))
        if let tokens = found.tokens { #expect(alone.tokens?.starts(with: tokens) == true) }
    }
}
