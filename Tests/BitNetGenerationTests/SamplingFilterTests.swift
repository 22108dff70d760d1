import BitNetGeneration
import Testing

@Suite struct SamplingFilterTests {
    @Test(arguments: [UInt64](1...6))
    func chainsEqualTheReferenceOnRandomLogits(seed: UInt64) throws {
        var random = RandomLogits(seed: seed)
        for _ in 0..<150 {
            let count = random.pick([1, 2, 3, 17, 18, 40, 100, 300, 3000])
            var logits = random.row(
                count, deviation: random.pick([0, 0.5, 3, 10]), step: random.pick([0, 0, 0.5]))
            for index in logits.indices.dropFirst() where random.pick([0, 0, 0, 0, 1]) == 1 {
                logits[index] = -.infinity
            }
            try expectReference(logits, parameters(count: count, &random))
        }
    }

    @Test(arguments: [
        GenerationParameters.unfiltered.with { $0.topK = 40 },
        .unfiltered.with { $0.topP = 0.95 },
        .unfiltered.with { $0.topP = 0.2 },
        .unfiltered.with { $0.minP = 0.05 },
        .unfiltered.with { $0.typicalP = 0.5 },
        .unfiltered.with { $0.temperature = 0.7 },
        GenerationParameters(topK: 0, seed: 1),
    ])
    func eachFilterEqualsTheReferenceOnALargeVocabulary(parameters: GenerationParameters) throws {
        var random = RandomLogits(seed: 99)
        for deviation: Float in [1, 3] {
            try expectReference(random.row(32_003, deviation: deviation), parameters)
        }
    }

    @Test func topKKeepsTheLowestIdsOfEqualLogits() throws {
        let parameters = GenerationParameters.unfiltered.with { $0.topK = 3 }
        #expect(try kept([1, 2, 1, 2, 1, 1], parameters) == [0, 1, 3])
    }

    @Test func topKAboveTheVocabularyKeepsAll() throws {
        let parameters = GenerationParameters.unfiltered.with { $0.topK = 100 }
        #expect(try kept([1, 2, 3], parameters) == [0, 1, 2])
    }

    @Test func topPStopsAtTheTokenThatReachesItsMass() throws {
        let quarters: [Float] = [0, 0, 0, 0]
        let parameters = GenerationParameters.unfiltered
        #expect(try kept(quarters, parameters.with { $0.topP = 0 }) == [0])
        #expect(try kept(quarters, parameters.with { $0.topP = 0.5 }) == [0, 1])
        #expect(try kept(quarters, parameters.with { $0.topP = 0.51 }) == [0, 1, 2])
        let tenths = [Float](repeating: -3, count: 10)
        #expect(try kept(tenths, parameters.with { $0.topP = 0.1 }) == [0])
        #expect(try kept(tenths, parameters.with { $0.topP = 0.7 }) == [0, 1, 2, 3, 4, 5, 6])
    }

    @Test func minPOfOneKeepsTheGreatestLogitsOnly() throws {
        let parameters = GenerationParameters.unfiltered.with { $0.minP = 1 }
        #expect(try kept([5, 7, 6.999, 7], parameters) == [1, 3])
    }

    @Test func minPComparesWithTheMostLikelyToken() throws {
        // Probabilities 8 : 4 : 2 : 1 in powers of two.
        let ln2: Float = 0.69314718
        let logits: [Float] = [3 * ln2, 2 * ln2, ln2, 0]
        let parameters = GenerationParameters.unfiltered
        #expect(try kept(logits, parameters.with { $0.minP = 0.24 }) == [0, 1, 2])
        #expect(try kept(logits, parameters.with { $0.minP = 0.26 }) == [0, 1])
    }

    @Test func typicalOnEqualLogitsKeepsIdsUntilAboveItsMass() throws {
        let parameters = GenerationParameters.unfiltered.with { $0.typicalP = 0.5 }
        #expect(try kept([Float](repeating: 2, count: 8), parameters) == [0, 1, 2, 3, 4])
    }

    @Test func typicalMayDropTheMostLikelyToken() throws {
        // Probabilities 0.4 and twelve times 0.05: an entropy of 2.16 nats, near -ln 0.05 = 3.0
        // rather than -ln 0.4 = 0.92.
        let logits: [Float] = [0.9162907 * -1] + [Float](repeating: -2.9957323, count: 12)
        let parameters = GenerationParameters.unfiltered.with { $0.typicalP = 0.52 }
        #expect(try kept(logits, parameters) == Array(1...11))
    }

    @Test func filtersSeeProbabilitiesBeforeTemperature() throws {
        // At temperature 1 the first token has 0.95 of the probability, at 100 about a third.
        let logits: [Float] = [3.66, 0, 0]
        let parameters = GenerationParameters.unfiltered.with {
            $0.topP = 0.9
            $0.temperature = 100
        }
        #expect(try kept(logits, parameters) == [0])
    }

    private func parameters(count: Int, _ random: inout RandomLogits) -> GenerationParameters {
        GenerationParameters(
            temperature: random.pick([0.1, 0.8, 1, 2, 100]),
            topK: random.pick([0, 0, 1, 5, 40, count, 2 * count]),
            topP: random.pick([0, 0.1, 0.5, 0.9, 0.95, 0.999, 1, 1]),
            minP: random.pick([0, 0, 1e-6, 0.001, 0.05, 0.5, 1]),
            typicalP: random.pick([0, 0.2, 0.5, 0.9, 1, 1, 1]), seed: 5)
    }

    private func kept(_ logits: [Float], _ parameters: GenerationParameters) throws -> [Int32] {
        var sampler = Sampler(parameters: parameters, vocabularyCount: logits.count)
        return try sampler.distribution(of: logits).keys.sorted()
    }

    private func expectReference(_ logits: [Float], _ parameters: GenerationParameters) throws {
        let expected = SamplingReference.distribution(of: logits, parameters)
        var sampler = Sampler(parameters: parameters, vocabularyCount: logits.count)
        let found = try sampler.distribution(of: logits)
        #expect(Set(found.keys) == Set(expected.keys), "\(logits.count) logits, \(parameters)")
        // Single precision weights: e to the power of up to -87, each off by 2^-23 of it.
        let isNear = expected.allSatisfy { token, probability in
            abs((found[token] ?? 0) - probability) <= 2e-5 * probability + 1e-30
        }
        #expect(isNear, "\(logits.count) logits, \(parameters)")
    }
}
