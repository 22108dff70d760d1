import BitNetModels
import BitNetTestSupport
import BitNetTraining
import Testing

/// AdamW's float32 steps against the float64 reference.
@Suite struct AdamWTests {
    @Test(arguments: [Float.infinity, 1, 1e-3])
    func tenStepsAreTheReferences(_ clip: Float) throws {
        let configuration = try tinyConfiguration(tied: false)
        let batch = randomBatch(configuration, seed: 1)
        let weights = randomWeights(configuration, seed: 2)
        let model = try trainer(configuration, .full, weights, batch)
        let reference = ReferenceModel(configuration, .full, weights: model.weights.float64)
        var options = AdamW.Options()
        options.clip = clip
        let ours = try AdamW(model.weights.layout, options)
        let theirs = ReferenceAdamW(reference.weights, options)
        for step in 1...10 {
            _ = reference.backpropagate(batch)
            model.gradients.assign(reference.gradients)
            let norm = AdamW.norm(model.gradients, model.context)
            #expect(
                abs(Double(norm) / ReferenceAdamW.norm(reference.gradients) - 1) <= 1e-6)
            let rate = Float(step) * 1e-3
            ours.update(model, norm: norm, learningRate: rate, weightDecay: 0.1)
            theirs.update(
                reference, model.weights.layout, learningRate: rate, weightDecay: 0.1)
        }
        let result = model.weights.float64
        for (name, values) in reference.weights {
            #expect(relativeDifference(result[name] ?? [], values) <= 1e-6, "\(name)")
        }
        #expect(ours.step == 10 && theirs.step == 10)
    }

    @Test func onlyMatricesDecay() throws {
        let configuration = try tinyConfiguration()
        let batch = randomBatch(configuration, seed: 1)
        let model = try trainer(
            configuration, .full, randomWeights(configuration, seed: 3), batch)
        let before = model.weights.float64
        let optimizer = try AdamW(model.weights.layout)
        optimizer.update(model, norm: 0, learningRate: 0.5, weightDecay: 0.5)
        for parameter in model.weights.layout.parameters {
            let factor = parameter.isMatrix ? 0.75 : 1
            #expect(
                model.weights.float64[parameter.name]
                    == before[parameter.name]?.map { Double(Float($0 * factor)) })
        }
    }

    @Test func aNormThatIsNoNumberShows() throws {
        let configuration = try tinyConfiguration()
        let batch = randomBatch(configuration, seed: 1)
        let model = try trainer(
            configuration, .full, randomWeights(configuration, seed: 3), batch)
        let parameter = try #require(model.gradients.layout.parameters.last)
        for value: Float in [.nan, .infinity] {
            model.gradients.assign(
                [value] + [Float](repeating: 0, count: parameter.count - 1), to: parameter)
            #expect(!AdamW.norm(model.gradients, model.context).isFinite)
        }
    }
}
