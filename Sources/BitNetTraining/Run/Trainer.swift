internal import BitNetTensors

/// What one optimiser step did.
public struct StepResult: Sendable, Equatable {
    /// The step's number, from 1.
    public let step: Int
    /// The loss before the step, over all processes: as the batches weigh it.
    public let loss: Double
    /// The norm of all gradients together, before clipping.
    public let gradientNorm: Double
    /// The learning rate.
    public let learningRate: Double
    /// The weight decay.
    public let weightDecay: Double
    /// Targets trained on.
    public let targets: Int
    /// Further measures of the objective, over all processes.
    public let measures: [Double]
}

/// Makes optimiser steps: gradients of all pieces of a batch, summed over all processes, clipped,
/// applied.
public final class Trainer {
    /// The model.
    public let model: TrainableModel
    /// Its optimiser, which counts the steps.
    public let optimizer: AdamW
    private let objective: any StepObjective
    private let schedule: LearningRateSchedule
    private let communicator: any Communicator

    /// A trainer that goes on from `optimizer.step`.
    public init(
        _ model: TrainableModel, _ optimizer: AdamW, _ objective: any StepObjective,
        _ schedule: LearningRateSchedule, _ communicator: any Communicator = SingleProcess()
    ) {
        self.model = model
        self.optimizer = optimizer
        self.objective = objective
        self.schedule = schedule
        self.communicator = communicator
    }

    /// A trainer that predicts the targets of batches.
    public convenience init(
        _ model: TrainableModel, _ optimizer: AdamW, _ source: any BatchSource,
        _ schedule: LearningRateSchedule, _ communicator: any Communicator = SingleProcess()
    ) {
        self.init(model, optimizer, CrossEntropy(source: source), schedule, communicator)
    }

    /// Makes the next step.
    ///
    /// Throws `TrainingError.Code.nonFinite` before any weight has changed when the loss or a
    /// gradient is not finite, with the step and the tensor.
    public func step() throws -> StepResult {
        let step = optimizer.step + 1
        let gradients = model.gradients.buffer
        model.context.clear(gradients, count: gradients.count)
        let own = try objective.accumulate(step: step, model)
        try communicator.sum(gradients)
        let sums = try communicator.sum([own.loss] + own.measures)
        let loss = sums[0]
        let norm = AdamW.norm(model.gradients, model.context)
        guard loss.isFinite, norm.isFinite else { throw nonFinite(step, loss) }
        let (rate, decay) = (schedule.learningRate(step), schedule.weightDecay(step))
        optimizer.update(
            model, norm: norm, learningRate: Float(rate), weightDecay: Float(decay))
        return StepResult(
            step: step, loss: loss, gradientNorm: Double(norm), learningRate: rate,
            weightDecay: decay, targets: try objective.targetCount(step: step),
            measures: Array(sums.dropFirst()))
    }

    /// Throws when a weight or a moment is not finite: a state that no run can go on from, and that
    /// must not take the place of a checkpoint from before.
    func checkState() throws(TrainingError) {
        let sets = [
            ("weights", model.weights), ("first moments", optimizer.first),
            ("second moments", optimizer.second),
        ]
        for (kind, set) in sets {
            guard let name = unfiniteTensor(set) else { continue }
            throw TrainingError(
                .nonFinite,
                "step \(optimizer.step): the \(kind) of \(name) are not finite behind it; the run "
                    + "stops here and its last checkpoint is intact: begin again with a lower "
                    + "learning rate (--lr), or look for damaged data")
        }
    }

    /// The first tensor with a value that is not finite, or is on the way there.
    private func unfiniteTensor(_ set: ParameterSet) -> String? {
        set.layout.parameters.first {
            !model.context.sumOfSquares(set.buffer, $0.range).isFinite
        }?.name
    }

    /// The error that names the first tensor with a value that is not finite.
    private func nonFinite(_ step: Int, _ loss: Double) -> TrainingError {
        let sets = [("weights", model.weights), ("gradient", model.gradients)]
        for (kind, set) in sets {
            guard let name = unfiniteTensor(set) else { continue }
            return TrainingError(
                .nonFinite,
                "step \(step): the \(kind) of \(name) is not finite (loss \(loss)); the run stops "
                    + "here and its last checkpoint is intact: begin again with a lower learning "
                    + "rate (--lr), or look for damaged data")
        }
        return TrainingError(
            .nonFinite,
            "step \(step): the loss is \(loss); the run stops here and its last checkpoint is "
                + "intact: begin again with a lower learning rate (--lr)")
    }
}
