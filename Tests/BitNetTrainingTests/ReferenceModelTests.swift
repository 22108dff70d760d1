import BitNetModels
import BitNetTestSupport
import BitNetTraining
import Testing

/// The float64 reference against finite differences, and the trainer against the reference.
@Suite struct ReferenceModelTests {
    private static func total(_ losses: [Double], _ batch: TokenBatch) -> Double {
        zip(losses, batch.weights).reduce(0) { $0 + $1.0 * Double($1.1) }
    }

    @Test func gradientsAreSlopes() throws {
        for (index, configuration) in try tinyConfigurations().enumerated() {
            let weights = randomWeights(configuration, seed: UInt64(index))
            let batch = randomBatch(configuration, seed: 70)
            let model = ReferenceModel(configuration, .full, weights: weights)
            _ = model.backpropagate(batch)
            let gradients = model.gradients
            var generator = SeededGenerator(seed: 3)
            for (name, values) in weights {
                let direction = values.map { _ in Double.random(in: -1...1, using: &generator) }
                func loss(_ step: Double) -> Double {
                    model.weights[name] = zip(values, direction).map { $0 + step * $1 }
                    return Self.total(model.backpropagate(batch), batch)
                }
                let slope = (loss(1e-5) - loss(-1e-5)) / 2e-5
                model.weights[name] = values
                let expected = zip(gradients[name] ?? [], direction).reduce(0) {
                    $0 + $1.0 * $1.1
                }
                #expect(
                    abs(slope - expected) <= 1e-5 * (0.1 + abs(expected)),
                    "\(name) of configuration \(index): \(slope), \(expected)")
            }
        }
    }

    @Test(arguments: TrainingPrecision.allCases)
    func theTrainerComputesTheSame(_ precision: TrainingPrecision) throws {
        for (index, configuration) in try tinyConfigurations().enumerated() {
            for seed in 0..<4 {
                let weights = randomWeights(configuration, seed: UInt64(100 * index + seed))
                let batch = randomBatch(
                    configuration, rows: 1 + seed % 3, length: 5 + 3 * seed, seed: UInt64(seed))
                try expectAgreement(configuration, precision, weights, batch)
            }
        }
    }

    @Test(arguments: [1, 2, 15, 16, 96, 97, 300])
    func anyLength(_ length: Int) throws {
        let configuration = try tinyConfiguration(layers: 1)
        let batch = randomBatch(configuration, rows: 2, length: length, seed: 5)
        try expectAgreement(configuration, .full, randomWeights(configuration, seed: 6), batch)
        try expectAgreement(configuration, .ternary, randomWeights(configuration, seed: 7), batch)
    }

    private func expectAgreement(
        _ configuration: ModelConfiguration, _ precision: TrainingPrecision,
        _ weights: [String: [Double]], _ batch: TokenBatch
    ) throws {
        let model = try trainer(configuration, precision, weights, batch)
        let losses = try model.backpropagate(batch)
        let reference = ReferenceModel(configuration, precision, weights: model.weights.float64)
        if precision == .ternary { reference.rounding?.follow(try model.codes(batch)) }
        let expected = reference.backpropagate(batch)
        #expect(zip(losses, expected).allSatisfy { abs(Double($0) - $1) <= 1e-5 })
        let gradients = model.gradients.float64
        for (name, gradient) in reference.gradients {
            let difference = relativeDifference(gradients[name] ?? [], gradient)
            #expect(difference <= 2e-5, "\(name): \(difference)")
        }
        guard let rounding = reference.rounding else { return }
        #expect(rounding.count > 0)
        #expect(rounding.largestDistance <= 1e-3)
    }

    @Test func aWrongCodeIsFar() throws {
        let configuration = try tinyConfiguration()
        let weights = randomWeights(configuration, seed: 1)
        let batch = randomBatch(configuration, seed: 2)
        let model = try trainer(configuration, .ternary, weights, batch)
        _ = try model.losses(batch)
        var codes = try model.codes(batch)
        let name = "model.layers.1.mlp.up_proj.weight"
        let code = try #require(codes[name]?[17])
        codes[name]?[17] = code == 1 ? -1 : 1
        let reference = ReferenceModel(configuration, .ternary, weights: weights)
        let rounding = try #require(reference.rounding)
        rounding.follow(codes)
        _ = reference.backpropagate(batch)
        #expect(rounding.differing >= 1)
        #expect(rounding.largestDistance > 0.01)
    }
}
