internal import BitNetCheckpoints
public import BitNetTensors

/// Trains the model of a ``TrainingFixture`` and compares losses, gradients and weights.
///
/// At the initial weights the trainer's float32 is compared with the fixture itself. Later steps
/// need more care if the model is ternary: where a value lies within float32's noise of a half, two
/// correct programs round it to different 8-bit codes, and the loss differs by 1e-4 to 1e-2 (a
/// float32 run of the fixture's own maker with another order of summation differs from it as much).
/// So there are two links. A run in float64 (`ReferenceModel`) must agree with the fixture in the
/// loss of every step and in the final weights. The trainer takes each step from that run's weights,
/// so that one code does not spread, and must agree with a float64 pass that follows its codes; and
/// every code that float64 alone would round the other way must lie within ``tieLimit`` of a half.
public struct TrainingCheck {
    /// The largest difference of a loss; where it is a sum, over the sum of the weights.
    public static let lossLimit = 1e-5
    /// The largest norm of a gradient's difference, over its norm; likewise of all gradients' norm.
    public static let gradientLimit = 1e-4
    /// The largest difference of the loss of a later step.
    public static let stepLimit = 1e-4
    /// The largest norm of the final weights' difference, over their norm.
    public static let weightLimit = 1e-3
    /// How far from a half a value may lie, in codes, that two programs round differently.
    public static let tieLimit = 1e-3
    /// The largest norm of the difference of weights after one AdamW step, over their norm.
    public static let updateLimit = 1e-5

    let fixture: TrainingFixture
    private let compute: ComputeContext
    private let blas: BLASLibrary?
    private let checkpointing: Bool

    /// A check of `fixture`, with a BLAS or the engine's own products.
    public init(
        _ fixture: TrainingFixture, _ compute: ComputeContext, blas: BLASLibrary? = nil,
        checkpointsActivations: Bool = false
    ) {
        self.fixture = fixture
        self.compute = compute
        self.blas = blas
        checkpointing = checkpointsActivations
    }

    /// All comparisons of one precision; none when the fixture has no results for it.
    public func comparisons(_ precision: TrainingPrecision) throws -> [TrainingComparison] {
        guard let expected = fixture.run(precision) else { return [] }
        let task = try fixture.task()
        let model = try model(precision, task.batch)
        let first = try firstStep(model, task, expected)
        return try first
            + (precision == .ternary
                ? ternarySteps(model, task, expected) : fullSteps(model, task, expected))
    }

    private func model(
        _ precision: TrainingPrecision, _ batch: TokenBatch
    ) throws -> TrainableModel {
        var options = TrainableModel.Options(
            tokenCapacity: batch.rows * batch.length, maximumLength: batch.length)
        options.precision = precision
        options.blas = blas
        options.checkpointsActivations = checkpointing
        let model = try TrainableModel(fixture.configuration, options, compute)
        for parameter in model.weights.layout.parameters {
            model.weights.assign(
                try fixture.values(parameter, fixture.initial), to: parameter)
        }
        model.weightsDidChange()
        return model
    }

    /// Logits, loss and gradients at the initial weights.
    private func firstStep(
        _ model: TrainableModel, _ task: FixtureTask, _ expected: TrainingFixture.Expected.Run
    ) throws -> [TrainingComparison] {
        let name = model.precision.rawValue
        var results = try (expected.logits_last_position ?? []).enumerated().map { row, expected in
            let logits = try model.logits(
                task.batch, row: (row + 1) * task.batch.length - 1)
            return TrainingComparison(
                subject: "\(name): last logits of sequence \(row)",
                difference: logits.count == expected.count
                    ? TrainingComparison.greatest(
                        zip(logits, expected).map { Double(abs($0 - $1)) }) : .infinity,
                limit: Self.stepLimit)
        }
        let loss = try model.backpropagate(task).loss
        results.append(
            TrainingComparison(
                subject: "\(name): loss", difference: abs(loss - expected.loss) / task.size,
                limit: Self.lossLimit))
        guard let gradients = try fixture.gradients(model.precision) else { return results }
        return try results
            + model.gradients.layout.parameters.map { parameter in
                let theirs = try fixture.values(parameter, gradients).lazy.map { Double($0) }
                return TrainingComparison(
                    subject: "\(name): gradient of \(parameter.name)",
                    difference: TrainingComparison.relative(
                        model.gradients.values(parameter).lazy.map { Double($0) }, theirs),
                    limit: Self.gradientLimit)
            }
    }

    /// Losses and gradient norms before each step of a full-precision run, which rounds no codes.
    private func fullSteps(
        _ model: TrainableModel, _ task: FixtureTask, _ expected: TrainingFixture.Expected.Run
    ) throws -> [TrainingComparison] {
        let settings = fixture.expected.optimizer
        let optimizer = try AdamW(model.weights.layout, settings.options)
        return try expected.step_losses.indices.flatMap { index in
            let result = try model.backpropagate(task)
            let norm = AdamW.norm(model.gradients, model.context)
            optimizer.update(
                model, norm: norm, learningRate: settings.lr, weightDecay: settings.weight_decay)
            return comparisons(
                "\(model.precision.rawValue): ", step: index, expected, task, result,
                norm: Double(norm))
        }
    }

    /// A step's loss, gradient norm and rows' log-probabilities beside the fixture's.
    func comparisons(
        _ prefix: String, step: Int, _ expected: TrainingFixture.Expected.Run,
        _ task: FixtureTask, _ result: FixtureTask.Result, norm: Double
    ) -> [TrainingComparison] {
        var results = [
            TrainingComparison(
                subject: "\(prefix)loss of step \(step + 1)",
                difference: abs(result.loss - expected.step_losses[step]) / task.size,
                limit: Self.stepLimit)
        ]
        if let norms = expected.gradient_norms, step < norms.count {
            results.append(
                TrainingComparison(
                    subject: "\(prefix)gradients' norm of step \(step + 1)",
                    difference: abs(norm - norms[step]) / norms[step],
                    limit: Self.gradientLimit))
        }
        if let rows = expected.step_log_probabilities, step < rows.count {
            results.append(
                TrainingComparison(
                    subject: "\(prefix)log-probabilities of step \(step + 1)",
                    difference: rows[step].count == result.rows.count
                        ? TrainingComparison.greatest(
                            zip(result.rows, rows[step]).map { abs($0 - $1) }) : .infinity,
                    limit: Self.stepLimit))
        }
        return results
    }
}
