import BitNetGeneration
import Foundation
import Testing

@Suite struct SamplingDistributionTests {
    /// Weights 1 to 8 of 36.
    private let logits = (1...8).map { Float(log(Double($0))) }
    /// The value that chi-square with 7 degrees of freedom passes once in a thousand times.
    private let critical7 = 24.32

    @Test(arguments: [1, 42, 2024] as [UInt64])
    func unfilteredDrawsFollowTheSoftmax(seed: UInt64) throws {
        let parameters = GenerationParameters.unfiltered.with { $0.seed = seed }
        let counts = try draw(36_000, parameters)
        #expect(chiSquare(counts, (1...8).map(Double.init)) < critical7)
        // The same draws must not fit the softmax at another temperature.
        #expect(chiSquare(counts, (1...8).map { pow(Double($0), 1 / 1.1) }) > critical7)
    }

    @Test(arguments: [0.5, 2, 100] as [Float])
    func temperatureRaisesProbabilitiesToItsInverse(temperature: Float) throws {
        let parameters = GenerationParameters.unfiltered.with { $0.temperature = temperature }
        let weights = (1...8).map { pow(Double($0), 1 / Double(temperature)) }
        #expect(chiSquare(try draw(36_000, parameters), weights) < critical7)
    }

    @Test func filteredDrawsFollowTheRenormalisedSoftmax() throws {
        let parameters = GenerationParameters(temperature: 1, topK: 4, topP: 0.8, minP: 0, seed: 3)
        // Of 8, 7, 6 and 5 of 26, the first three have 0.807.
        let counts = try draw(21_000, parameters)
        #expect(counts[..<5].allSatisfy { $0 == 0 })
        // Two degrees of freedom.
        #expect(chiSquare(Array(counts[5...]), [6, 7, 8]) < 13.82)
    }

    @Test func equalLogitsAreDrawnInTheOrderOfTheirIds() throws {
        var generator = SeededGenerator(seed: 77)
        let parameters = GenerationParameters.unfiltered.with { $0.seed = 77 }
        var sampler = Sampler(parameters: parameters, vocabularyCount: 10)
        for _ in 0..<100 {
            let expected = Int32(generator.nextUnitDouble() * 10)
            #expect(try sampler.sample([Float](repeating: 1.5, count: 10)) == expected)
        }
    }

    @Test func theSameSeedGivesTheSameTokens() throws {
        var random = RandomLogits(seed: 8)
        let rows = (0..<50).map { _ in random.row(500, deviation: 2) }
        for parameters in [GenerationParameters(seed: 9), .unfiltered.with { $0.topP = 0.9 }] {
            #expect(try tokens(rows, parameters) == tokens(rows, parameters))
            #expect(try tokens(rows, parameters) != tokens(rows, parameters.with { $0.seed = 10 }))
        }
    }

    @Test func aSamplerWithoutSeedTellsTheOneItTook() throws {
        var random = RandomLogits(seed: 8)
        let rows = (0..<20).map { _ in random.row(100, deviation: 1) }
        var sampler = Sampler(parameters: GenerationParameters(), vocabularyCount: 100)
        let first = try rows.map { try sampler.sample($0) }
        #expect(try tokens(rows, GenerationParameters(seed: sampler.seed)) == first)
        let other = Sampler(parameters: GenerationParameters(), vocabularyCount: 100)
        #expect(other.seed != sampler.seed)
    }

    private func tokens(_ rows: [[Float]], _ parameters: GenerationParameters) throws -> [Int32] {
        var sampler = Sampler(parameters: parameters, vocabularyCount: rows[0].count)
        return try rows.map { try sampler.sample($0) }
    }

    private func draw(_ count: Int, _ parameters: GenerationParameters) throws -> [Int] {
        var sampler = Sampler(parameters: parameters, vocabularyCount: logits.count)
        var counts = [Int](repeating: 0, count: logits.count)
        for _ in 0..<count {
            counts[Int(try sampler.sample(logits))] += 1
        }
        return counts
    }

    private func chiSquare(_ counts: [Int], _ weights: [Double]) -> Double {
        let scale = Double(counts.reduce(0, +)) / weights.reduce(0, +)
        return zip(counts, weights).reduce(0) { sum, pair in
            let expected = pair.1 * scale
            return sum + (Double(pair.0) - expected) * (Double(pair.0) - expected) / expected
        }
    }
}
