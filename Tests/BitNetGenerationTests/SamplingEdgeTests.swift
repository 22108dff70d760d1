import BitNetGeneration
import Testing

@Suite struct SamplingEdgeTests {
    /// One set of parameters for each way through the sampler.
    static let paths: [GenerationParameters] = [
        .greedy, GenerationParameters(seed: 1), GenerationParameters(topK: 0, seed: 1),
        GenerationParameters(topK: 2, seed: 1), .unfiltered,
        .unfiltered.with { $0.topP = 0.9 }, .unfiltered.with { $0.minP = 0.1 },
        .unfiltered.with { $0.typicalP = 0.9 },
    ]

    @Test func greedyTakesTheLowestIdOfTheGreatestLogits() throws {
        var sampler = Sampler(parameters: .greedy, vocabularyCount: 6)
        #expect(try sampler.sample([1, 4, -2, 4, 4, 0]) == 1)
        #expect(try sampler.sample([-9, -8, -8.5, -8, -11, -10]) == 1)
        #expect(try sampler.sample([0, -0.0, 0, -1, -1, -1]) == 0)
    }

    @Test func topKOfOneIsGreedy() throws {
        var random = RandomLogits(seed: 4)
        let parameters = GenerationParameters(temperature: 5, topK: 1, seed: 1)
        var sampler = Sampler(parameters: parameters, vocabularyCount: 200)
        var greedy = Sampler(parameters: .greedy, vocabularyCount: 200)
        for _ in 0..<50 {
            let logits = random.row(200, deviation: 2, step: 1)
            #expect(try sampler.sample(logits) == greedy.sample(logits))
        }
    }

    @Test(arguments: paths)
    func oneHugeLogitIsAlwaysDrawn(parameters: GenerationParameters) throws {
        for huge: Float in [1e4, .greatestFiniteMagnitude, .infinity] {
            var logits = [Float](repeating: -.greatestFiniteMagnitude, count: 50)
            logits[31] = huge
            #expect(try draws(50, logits, parameters) == [31])
        }
    }

    @Test(arguments: paths.dropFirst())
    func severalInfiniteLogitsAreEqual(parameters: GenerationParameters) throws {
        let logits: [Float] = [3, .infinity, 900, .infinity, -.infinity]
        #expect(try draws(60, logits, parameters) == [1, 3])
    }

    @Test(arguments: paths)
    func aTokenLeftByBansIsDrawn(parameters: GenerationParameters) throws {
        var logits = [Float](repeating: -.infinity, count: 40)
        logits[39] = -500
        #expect(try draws(20, logits, parameters) == [39])
    }

    @Test(arguments: paths)
    func nothingButBansIsAnError(parameters: GenerationParameters) {
        let logits = [Float](repeating: -.infinity, count: 40)
        #expect(throws: SamplingError(.noTokenLeft)) { try draws(1, logits, parameters) }
        #expect(throws: SamplingError(.noTokenLeft)) { try draws(1, [], parameters) }
    }

    @Test(arguments: paths)
    func aNaNIsAnErrorWhereverItStands(parameters: GenerationParameters) {
        for position in [0, 1, 20, 39] {
            var logits = (0..<40).map { Float($0 % 7) }
            logits[position] = .nan
            let error = SamplingError(.notANumber(token: Int32(position)))
            #expect(throws: error) { try draws(1, logits, parameters) }
        }
    }

    @Test func aRowOfTheWrongLengthIsAnError() {
        var sampler = Sampler(parameters: .greedy, vocabularyCount: 5)
        #expect(throws: SamplingError(.wrongCount(expected: 5, found: 4))) {
            try sampler.sample([1, 2, 3, 4])
        }
    }

    @Test func aTinyTemperatureIsGreedy() throws {
        let logits: [Float] = [1, 2, 2.01, 0.5]
        for temperature: Float in [1e-6, .leastNonzeroMagnitude] {
            let parameters = GenerationParameters.unfiltered.with { $0.temperature = temperature }
            #expect(try draws(100, logits, parameters) == [2])
        }
    }

    @Test func aHugeTemperatureIsNearlyUniform() throws {
        let parameters = GenerationParameters.unfiltered.with { $0.temperature = 1e6 }
        var sampler = Sampler(parameters: parameters, vocabularyCount: 4)
        let distribution = try sampler.distribution(of: [10, -10, 0, 5])
        #expect(distribution.values.allSatisfy { abs($0 - 0.25) < 1e-5 })
    }

    @Test func parametersOutOfRangeNeverCrash() throws {
        let logits: [Float] = [1, 2, 3]
        for odd: Float in [.nan, -1, 7, .infinity, -.infinity] {
            let parameters = GenerationParameters(
                temperature: odd, topK: -3, topP: odd, minP: odd, typicalP: odd, seed: 1)
            #expect(try draws(5, logits, parameters).isSubset(of: [0, 1, 2]))
            let warm = parameters.with { $0.temperature = 1 }
            #expect(try draws(5, logits, warm).isSubset(of: [0, 1, 2]))
        }
    }

    @Test func adversarialOrdersAreFilteredRight() throws {
        let rising = (0..<5000).map { Float($0) * 0.01 }
        let organPipe = (0..<5000).map { Float(min($0, 5000 - $0)) * 0.01 }
        for logits in [rising, rising.reversed(), organPipe] {
            for parameters in Self.paths.dropFirst() {
                var sampler = Sampler(parameters: parameters, vocabularyCount: 5000)
                let found = try sampler.distribution(of: logits)
                let expected = SamplingReference.distribution(of: logits, parameters)
                #expect(Set(found.keys) == Set(expected.keys))
            }
        }
    }

    private func draws(
        _ count: Int, _ logits: [Float], _ parameters: GenerationParameters
    ) throws -> Set<Int32> {
        var sampler = Sampler(parameters: parameters, vocabularyCount: logits.count)
        return Set(try (0..<count).map { _ in try sampler.sample(logits) })
    }
}
