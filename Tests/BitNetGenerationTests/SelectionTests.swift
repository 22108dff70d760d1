import BitNetGeneration
import BitNetModels
import BitNetTensors
import Testing

/// What is drawn from a quantised head's candidates is what is drawn from all of its logits.
@Suite struct SelectionTests {
    private static let parameters: [GenerationParameters] = [
        .greedy,
        GenerationParameters(seed: 1),
        GenerationParameters(temperature: 1.5, topK: 5, topP: 0.8, minP: 0, seed: 2),
        GenerationParameters(temperature: 0.9, topK: 300, typicalP: 0.7, seed: 3),
        GenerationParameters(
            temperature: 0.7, topK: 20, repetitionPenalty: 1.4, repetitionWindow: 32,
            presencePenalty: 0.3, frequencyPenalty: 0.2, seed: 4),
        GenerationParameters(
            temperature: 1, topK: 8, logitBias: [7: 30, 9: -.infinity, 400: 2], seed: 5),
        GenerationParameters(temperature: 0, repetitionPenalty: 1.3, logitBias: [12: 3]),
        GenerationParameters(temperature: 1, topK: 0, seed: 6),
    ]

    @Test(arguments: parameters.indices, [HeadPrecision.bits8, .bits4])
    func tokensAreThoseOfTheWholeRow(_ index: Int, _ head: HeadPrecision) throws {
        let parameters = Self.parameters[index]
        let model = try BitNetModel.load(
            path: BundledModel.name, compute: ComputeContext(threads: 2), head: head)
        let whole = try tokens(model, parameters, selecting: false)
        #expect(try tokens(model, parameters, selecting: true) == whole)
        #expect(Set(whole).count > 1)
    }

    /// 200 tokens drawn one after another.
    private func tokens(
        _ model: BitNetModel, _ parameters: GenerationParameters, selecting: Bool
    ) throws -> [Int32] {
        var processor = LogitProcessor(parameters: parameters)
        var sampler = Sampler(
            parameters: parameters, vocabularyCount: model.configuration.vocabularySize)
        let workspace = try Workspace(model, tokens: 1, positions: 256)
        let cache = try model.makeCache(capacity: 256)
        var tokens: [Int32] = [1]
        for _ in 0..<200 {
            var selection = LogitSelection.all
            if selecting, let count = sampler.selectionCount {
                selection = .greatest(count: count, including: processor.touchedTokens)
            }
            var row = LogitsRow?.none
            try model.decode(
                tokens[tokens.count - 1], cache, workspace, selection: selection
            ) { row = $0 }
            let received = try #require(row)
            #expect((received.tokens != nil) == (selecting && sampler.selectionCount != nil))
            var logits = received.logits
            processor.process(&logits, of: received.tokens)
            let token = try sampler.sample(logits, of: received.tokens)
            processor.accept(token)
            tokens.append(token)
        }
        return tokens
    }
}
