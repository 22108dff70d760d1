internal import BitNetCheckpoints
internal import BitNetTensors

extension TrainingCheck {
    /// All steps of a ternary run: float64 beside the fixture, `model` beside float64.
    func ternarySteps(
        _ model: TrainableModel, _ task: FixtureTask, _ expected: TrainingFixture.Expected.Run
    ) throws -> [TrainingComparison] {
        let settings = fixture.expected.optimizer
        let layout = model.weights.layout
        let reference = ReferenceModel(
            fixture.configuration, .ternary, weights: model.weights.float64)
        let optimizer = ReferenceAdamW(reference.weights, settings.options)
        var results: [TrainingComparison] = []
        for step in expected.step_losses.indices {
            let result = reference.backpropagate(task)
            results += comparisons(
                "ternary, float64: ", step: step, expected, task, result,
                norm: ReferenceAdamW.norm(reference.gradients))
            model.weights.assign(reference.weights)
            model.weightsDidChange()
            results += try compareStep(step, model, task)
            let moments = try AdamW(layout, settings.options)
            moments.take(optimizer)
            optimizer.update(
                reference, layout, learningRate: settings.lr, weightDecay: settings.weight_decay)
            results.append(compareUpdate(step, model, moments, reference))
        }
        guard let final = try fixture.final() else { return results }
        return try results
            + layout.parameters.map { parameter in
                let theirs = try fixture.values(parameter, final).lazy.map { Double($0) }
                return TrainingComparison(
                    subject: "ternary, float64: weights after all steps, \(parameter.name)",
                    difference: TrainingComparison.relative(
                        reference.weights[parameter.name] ?? [], theirs),
                    limit: Self.weightLimit)
            }
    }

    /// Loss and gradients of `model` beside a float64 pass over the same weights with the same
    /// codes, and how near to a half those codes lie that float64 would have rounded differently.
    private func compareStep(
        _ step: Int, _ model: TrainableModel, _ task: FixtureTask
    ) throws -> [TrainingComparison] {
        let loss = try model.backpropagate(task).loss
        let twin = ReferenceModel(model.configuration, .ternary, weights: model.weights.float64)
        guard let rounding = twin.rounding else { return [] }
        let expected = twin.backpropagate(task, following: try model.codes(task.batch)).loss
        let gradients = model.gradients.float64
        return [
            TrainingComparison(
                subject: "ternary: loss of step \(step + 1)",
                difference: abs(loss - expected) / task.size,
                limit: Self.stepLimit),
            TrainingComparison(
                subject: "ternary: farthest gradient of step \(step + 1)",
                difference: TrainingComparison.greatest(
                    twin.gradients.map {
                        TrainingComparison.relative(gradients[$0.key] ?? [], $0.value)
                    }),
                limit: Self.gradientLimit),
            TrainingComparison(
                subject: "ternary: codes of step \(step + 1), \(rounding.differing) of "
                    + "\(rounding.count) rounded the other way, farthest from a half",
                difference: rounding.largestDistance, limit: Self.tieLimit),
        ]
    }

    /// The weights that AdamW makes of the float64 run's gradients and moments beside its own.
    private func compareUpdate(
        _ step: Int, _ model: TrainableModel, _ optimizer: AdamW, _ reference: ReferenceModel
    ) -> TrainingComparison {
        let settings = fixture.expected.optimizer
        model.gradients.assign(reference.gradients)
        optimizer.update(
            model, norm: AdamW.norm(model.gradients, model.context), learningRate: settings.lr,
            weightDecay: settings.weight_decay)
        let weights = model.weights.float64
        return TrainingComparison(
            subject: "ternary: farthest weights after step \(step + 1)",
            difference: TrainingComparison.greatest(
                reference.weights.map {
                    TrainingComparison.relative(weights[$0.key] ?? [], $0.value)
                }),
            limit: Self.updateLimit)
    }
}

extension ParameterSet {
    /// All tensors in float64, by name.
    package var float64: [String: [Double]] {
        Dictionary(
            uniqueKeysWithValues: layout.parameters.map { parameter in
                (parameter.name, values(parameter).map { Double($0) })
            })
    }

    /// Takes all tensors, rounded to float32.
    package func assign(_ tensors: [String: [Double]]) {
        for parameter in layout.parameters {
            guard let values = tensors[parameter.name] else { continue }
            assign(values.map { Float($0) }, to: parameter)
        }
    }
}

extension AdamW {
    /// Takes over the moments and the step of a float64 run.
    fileprivate func take(_ other: ReferenceAdamW) {
        step = other.step
        first.assign(other.first)
        second.assign(other.second)
    }
}
