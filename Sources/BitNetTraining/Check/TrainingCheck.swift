internal import BitNetCheckpoints
public import BitNetTensors

/// One comparison with an independent implementation.
public struct TrainingComparison: Sendable, Codable {
    /// Of what.
    public let subject: String
    /// How far apart the two are.
    public let difference: Double
    /// How far apart they may be.
    public let limit: Double
    /// Whether they are close enough; false where a value is not a number.
    public var holds: Bool { difference <= limit }
}

/// Trains the model of a ``TrainingFixture`` and compares losses, gradients and weights.
public struct TrainingCheck {
    /// The largest difference of a loss.
    public static let lossLimit = 1e-5
    /// The largest norm of a gradient's difference, over its norm.
    public static let gradientLimit = 1e-4
    /// The largest difference of the loss of a later step.
    public static let stepLimit = 1e-4
    /// The largest norm of the final weights' difference, over their norm.
    public static let weightLimit = 1e-3

    private let fixture: TrainingFixture
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
        let name = precision.rawValue
        let batch = try fixture.batch()
        let model = try model(precision, batch)
        var results: [TrainingComparison] = []
        if precision == .ternary, let rows = expected.logits_last_position {
            results += try logits(model, batch, rows)
        }
        let losses = try model.backpropagate(batch)
        results.append(
            TrainingComparison(
                subject: "\(name): loss", difference: abs(Self.total(losses, batch) - expected.loss),
                limit: Self.lossLimit))
        if let gradients = try fixture.gradients(precision) {
            results += try compare(model.gradients, gradients, "\(name): gradient of ", Self.gradientLimit)
        }
        results += try steps(model, batch, expected, name)
        if precision == .ternary, let final = try fixture.final() {
            results += try compare(model.weights, final, "\(name): weights after all steps, ", Self.weightLimit)
        }
        return results
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
            model.weights.assign(try Self.values(parameter, fixture.initial), to: parameter)
        }
        model.weightsDidChange()
        return model
    }

    /// The weighted sum of the losses.
    static func total(_ losses: [Float], _ batch: TokenBatch) -> Double {
        zip(losses, batch.weights).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }

    private func logits(
        _ model: TrainableModel, _ batch: TokenBatch, _ rows: [[Float]]
    ) throws -> [TrainingComparison] {
        try rows.enumerated().map { row, expected in
            let logits = try model.logits(batch, row: (row + 1) * batch.length - 1)
            let largest = zip(logits, expected).map { Double(abs($0 - $1)) }.max() ?? .nan
            return TrainingComparison(
                subject: "ternary: last logits of sequence \(row)", difference: largest,
                limit: Self.stepLimit)
        }
    }

    /// The losses before each optimiser step, on one batch.
    private func steps(
        _ model: TrainableModel, _ batch: TokenBatch, _ expected: TrainingFixture.Expected.Run,
        _ name: String
    ) throws -> [TrainingComparison] {
        let settings = fixture.expected.optimizer
        var options = AdamW.Options()
        options.beta1 = settings.beta1
        options.beta2 = settings.beta2
        options.epsilon = settings.eps
        options.clip = settings.clip
        let optimizer = try AdamW(model.weights.layout, options)
        return try expected.step_losses.enumerated().map { index, loss in
            model.context.clear(model.gradients.buffer, count: model.gradients.buffer.count)
            let losses = try model.backpropagate(batch)
            let norm = AdamW.norm(model.gradients, model.context)
            optimizer.update(
                model, norm: norm, learningRate: settings.lr, weightDecay: settings.weight_decay)
            return TrainingComparison(
                subject: "\(name): loss of step \(index + 1)",
                difference: abs(Self.total(losses, batch) - loss), limit: Self.stepLimit)
        }
    }

    /// Norm of the difference over the norm, tensor by tensor.
    private func compare(
        _ values: ParameterSet, _ expected: SafetensorsCheckpoint, _ prefix: String, _ limit: Double
    ) throws -> [TrainingComparison] {
        try values.layout.parameters.map { parameter in
            let reference = try Self.values(parameter, expected)
            var difference = 0.0
            var norm = 0.0
            for (ours, theirs) in zip(values.values(parameter), reference) {
                difference += Double(ours - theirs) * Double(ours - theirs)
                norm += Double(theirs) * Double(theirs)
            }
            let relative = norm == 0 ? difference.squareRoot() : (difference / norm).squareRoot()
            return TrainingComparison(
                subject: prefix + parameter.name, difference: relative, limit: limit)
        }
    }

    private static func values(
        _ parameter: Parameter, _ file: SafetensorsCheckpoint
    ) throws -> [Float] {
        guard let tensor = file.tensor(parameter.name) else {
            throw TrainingError(
                .invalidData, file: file.path, "tensor \"\(parameter.name)\" is missing")
        }
        guard tensor.shape == parameter.shape, let encoding = tensor.encoding else {
            throw TrainingError(
                .invalidData, file: file.path,
                "tensor \"\(parameter.name)\": expected the shape \(parameter.shape), found "
                    + "\(tensor.shape) of type \(tensor.typeName)")
        }
        var values: [Float] = []
        try TensorCodec.decodeFloats(
            tensor.region, encoding, valueRange: 0..<parameter.count, into: &values)
        return values
    }
}
