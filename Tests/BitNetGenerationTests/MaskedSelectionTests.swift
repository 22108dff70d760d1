import BitNetGeneration
import BitNetModels
import BitNetTensors
import Testing

/// What is drawn among allowed tokens is what is drawn from the whole row without the others.
@Suite struct MaskedSelectionTests {
    private static let parameters: [GenerationParameters] = [
        .greedy,
        GenerationParameters(seed: 1),
        GenerationParameters(
            temperature: 0.7, topK: 20, repetitionPenalty: 1.4, repetitionWindow: 32,
            logitBias: [7: 30, 9: -.infinity, 400: 2], seed: 4),
        GenerationParameters(temperature: 2, topK: 0, topP: 1, minP: 0, seed: 6),
    ]
    /// One in so many tokens is not in the mask; and one in so many is.
    private static let shares = [2, 50, 1000]

    @Test(arguments: parameters.indices, [HeadPrecision.stored, .bits8, .bits4])
    func tokensAreThoseOfTheMaskedRow(_ index: Int, _ head: HeadPrecision) throws {
        let parameters = Self.parameters[index]
        let model = try BitNetModel.load(
            path: BundledModel.name, compute: ComputeContext(threads: 2), head: head)
        let whole = try tokens(model, parameters, masked: false)
        #expect(try tokens(model, parameters, masked: true) == whole)
        #expect(Set(whole).count > 1)
    }

    /// 200 tokens, each drawn among those of another mask.
    private func tokens(
        _ model: BitNetModel, _ parameters: GenerationParameters, masked: Bool
    ) throws -> [Int32] {
        let vocabulary = model.configuration.vocabularySize
        var processor = LogitProcessor(parameters: parameters)
        var sampler = Sampler(parameters: parameters, vocabularyCount: vocabulary)
        let workspace = try Workspace(model, tokens: 1, positions: 256)
        let cache = try model.makeCache(capacity: 256)
        var generator = SeededGenerator(seed: 5)
        var tokens: [Int32] = [1]
        for step in 0..<200 {
            let mask = Self.mask(step, vocabulary, &generator)
            var selection = LogitSelection.all
            if masked {
                selection =
                    sampler.selectionCount.map {
                        .greatest(count: $0, including: processor.touchedTokens, among: mask)
                    } ?? .allowed(mask)
            }
            var row = LogitsRow?.none
            try model.decode(
                tokens[tokens.count - 1], cache, workspace, selection: selection
            ) { row = $0 }
            let received = try #require(row)
            if masked { try expectOnly(mask, received) }
            var logits = received.logits
            processor.process(&logits, of: received.tokens)
            if !masked { mask.exclude(from: &logits) }
            let token = try sampler.sample(logits, of: received.tokens)
            #expect(mask.contains(token))
            processor.accept(token)
            tokens.append(token)
        }
        return tokens
    }

    private static func mask(
        _ step: Int, _ vocabulary: Int, _ generator: inout SeededGenerator
    ) -> TokenMask {
        let share = shares[step / 2 % shares.count]
        let chosen = (0..<Int32(vocabulary)).filter { _ in
            (Int.random(in: 0..<share, using: &generator) == 0) == (step % 2 == 0)
        }
        return TokenMask(chosen + [Int32(step)], vocabularyCount: vocabulary)
    }

    private func expectOnly(_ mask: TokenMask, _ row: LogitsRow) throws {
        for (index, logit) in row.logits.enumerated() where logit > -.infinity {
            let token = row.tokens?[index] ?? Int32(index)
            try #require(mask.contains(token), "token \(token) is not allowed")
        }
    }
}
