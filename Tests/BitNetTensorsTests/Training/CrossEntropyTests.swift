import BitNetTensors
import BitNetTestSupport
import Testing

/// Losses of logits at the edges of float32.
@Suite struct CrossEntropyTests {
    /// Losses of one row, and what becomes of its logits, on every context.
    private func evaluate(
        _ logits: [Float], target: Int32, weight: Float?
    ) throws -> [(loss: Float, logits: [Float])] {
        try testContexts().map { compute in
            let context = try #require(TrainingContext(compute, positions: 1))
            let memory = try buffer(logits)
            var losses: [Float] = []
            context.crossEntropy(
                FloatMatrix(memory, rows: 1, columns: logits.count), targets: [target],
                weights: weight.map { [$0] }, into: &losses)
            return (losses[0], memory.all)
        }
    }

    @Test(arguments: [1, 16, 17, 5000])
    func equalLogitsShareTheProbability(_ count: Int) throws {
        for shift: Float in [0, 1e30, -1e30] {
            let logits = [Float](repeating: shift, count: count)
            for (loss, gradient) in try evaluate(logits, target: 0, weight: 1) {
                // log(count) by its first values: 0, 2.7725887, 2.8332133, 8.517193.
                let expected: Float =
                    [1: 0, 16: 2.772_588_7, 17: 2.833_213_3, 5000: 8.517_193][count] ?? .nan
                #expect(abs(loss - expected) <= 1e-6 * (1 + abs(shift) * 1e-1))
                #expect(abs(gradient[0] - (1 / Float(count) - 1)) <= 1e-6)
                #expect(gradient.dropFirst().allSatisfy { abs($0 - 1 / Float(count)) <= 1e-6 })
            }
        }
    }

    @Test func anImpossibleTargetCostsItsDistance() throws {
        var logits = [Float](repeating: 0, count: 40)
        logits[3] = 1e4
        for (loss, gradient) in try evaluate(logits, target: 7, weight: 2) {
            #expect(loss == 1e4)
            #expect(gradient[3] == 2 && gradient[7] == -2 && gradient[0] == 0)
        }
        for (loss, gradient) in try evaluate(logits, target: 3, weight: 2) {
            #expect(loss == 0)
            #expect(gradient.allSatisfy { $0 == 0 })
        }
    }

    @Test func aWeightOfZeroHasNoGradient() throws {
        let logits = randomFloats(50, limit: 5, seed: 1)
        for (loss, gradient) in try evaluate(logits, target: 9, weight: 0) {
            #expect(loss > 0)
            #expect(gradient.allSatisfy { $0 == 0 })
        }
    }

    @Test func withoutWeightsTheLogitsStay() throws {
        let logits = randomFloats(50, limit: 5, seed: 2)
        for (_, kept) in try evaluate(logits, target: 9, weight: nil) { #expect(kept == logits) }
    }

    @Test(arguments: [Float.nan, .infinity])
    func whatIsNoNumberMakesTheLossNone(_ value: Float) throws {
        for place in [0, 15, 16, 39] {
            var logits = [Float](repeating: 1, count: 40)
            logits[place] = value
            for weight: Float? in [nil, 1] {
                for (loss, _) in try evaluate(logits, target: 5, weight: weight) {
                    #expect(loss.isNaN)
                }
            }
        }
    }
}
