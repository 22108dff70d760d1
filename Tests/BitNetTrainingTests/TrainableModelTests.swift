import BitNetModels
import BitNetTensors
import BitNetTestSupport
import BitNetTraining
import Testing

/// What must not change a training step's result, and what must not pass unnoticed.
@Suite struct TrainableModelTests {
    @Test(arguments: TrainingPrecision.allCases)
    func kernelsThreadsAndCheckpointingKeepTheBits(_ precision: TrainingPrecision) throws {
        for (index, configuration) in try tinyConfigurations().enumerated() {
            let weights = randomWeights(configuration, seed: UInt64(index))
            let batch = randomBatch(configuration, rows: 3, length: 37, seed: 8)
            var expected: [UInt32] = []
            for kernels in KernelSet.available {
                for workers in 1...3 {
                    for checkpointing in [false, true] {
                        let model = try trainer(
                            configuration, precision, weights, batch,
                            context(kernels, workers: workers), checkpointing: checkpointing)
                        let result = bits(model, try model.backpropagate(batch))
                        if expected.isEmpty { expected = result }
                        #expect(result == expected)
                    }
                }
            }
        }
    }

    @Test(arguments: TrainingPrecision.allCases)
    func halfBatchesAddUp(_ precision: TrainingPrecision) throws {
        let configuration = try tinyConfiguration()
        let weights = randomWeights(configuration, seed: 4)
        let batch = randomBatch(configuration, rows: 4, length: 11, seed: 5)
        let whole = try trainer(configuration, precision, weights, batch)
        let parts = try trainer(configuration, precision, weights, batch)
        let expected = try whole.backpropagate(batch)
        var losses: [Float] = []
        for row in [0, 2] {
            let half = TokenBatch(
                rows: 2, length: 11, tokens: Array(batch.tokens[row * 12..<(row + 2) * 12]),
                weights: Array(batch.weights[row * 11..<(row + 2) * 11]))
            losses += try parts.backpropagate(half)
        }
        #expect(losses == expected)
        for (name, gradient) in whole.gradients.float64 {
            #expect(
                relativeDifference(parts.gradients.float64[name] ?? [], gradient) <= 1e-6,
                "\(name)")
        }
    }

    @Test func lossesAloneAreThoseOfTheBackwardPass() throws {
        let configuration = try tinyConfiguration()
        let batch = randomBatch(configuration, seed: 5)
        let model = try trainer(
            configuration, .ternary, randomWeights(configuration, seed: 4), batch)
        let losses = try model.losses(batch)
        let again = try model.backpropagate(batch)
        #expect(losses == again)
        #expect(model.distributions.count == 2)
    }

    /// One weight that is no number, in any tensor, must show in the loss or the gradients.
    @Test(arguments: TrainingPrecision.allCases, [Float.nan, .infinity])
    func aBrokenWeightShows(_ precision: TrainingPrecision, _ value: Float) throws {
        for configuration in try tinyConfigurations() {
            let batch = randomBatch(configuration, rows: 2, length: 30, seed: 5)
            let weights = randomWeights(configuration, seed: 9)
            for (name, values) in weights {
                var broken = values
                // A token that the batch has.
                let row = name.contains("embed") ? Int(batch.tokens[2]) : 0
                broken[row * configuration.hiddenSize] = Double(value)
                var changed = weights
                changed[name] = broken
                let model = try trainer(configuration, precision, changed, batch)
                let losses = try model.backpropagate(batch)
                let norm = AdamW.norm(model.gradients, model.context)
                #expect(
                    !norm.isFinite || losses.contains { !$0.isFinite }, "\(value) in \(name)")
            }
        }
    }

    @Test func wrongBatchesAreRefused() throws {
        let configuration = try tinyConfiguration(vocabulary: 10)
        let model = try trainer(
            configuration, .full, randomWeights(configuration, seed: 1),
            randomBatch(configuration, rows: 2, length: 4, seed: 1))
        let wrong = [
            TokenBatch(rows: 1, length: 5, tokens: [0, 1, 2, 3, 4, 5]),
            TokenBatch(rows: 3, length: 3, tokens: [Int32](repeating: 1, count: 12)),
            TokenBatch(rows: 1, length: 2, tokens: [0, 10, 1]),
            TokenBatch(rows: 1, length: 2, tokens: [0, 1, 10]),
            TokenBatch(rows: 1, length: 2, tokens: [-1, 1, 1]),
        ]
        for batch in wrong {
            #expect(throws: TrainingError.self) { try model.losses(batch) }
            #expect(throws: TrainingError.self) { try model.backpropagate(batch) }
        }
    }
}
