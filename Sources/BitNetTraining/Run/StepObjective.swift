/// What the steps of a run make smaller.
public protocol StepObjective {
    /// Adds this process's part of the gradient of a step (from 1) to the model's gradients.
    ///
    /// Over all processes, the sums that are returned are the step's.
    func accumulate(step: Int, _ model: TrainableModel) throws -> StepSums
    /// Targets of a step over all processes, as far as they are trained on.
    func targetCount(step: Int) throws -> Int
}

/// A process's part of what a step is measured by.
public struct StepSums: Sendable, Equatable {
    /// Of the loss.
    public var loss: Double
    /// Of further measures, which mean what the objective says.
    public var measures: [Double]

    /// Parts of a loss and of further measures.
    public init(loss: Double, measures: [Double] = []) {
        self.loss = loss
        self.measures = measures
    }
}

/// The weighted sum of the losses of all targets.
struct CrossEntropy: StepObjective {
    let source: any BatchSource

    func accumulate(step: Int, _ model: TrainableModel) throws -> StepSums {
        StepSums(
            loss: try source.pieces(step: step).reduce(0) { try $0 + model.accumulate($1) })
    }

    func targetCount(step: Int) throws -> Int { try source.targetCount(step: step) }
}

extension TrainableModel {
    /// Adds the gradient of Σ weight · loss, which is returned.
    func accumulate(_ batch: TokenBatch) throws(TrainingError) -> Double {
        let losses = try backpropagate(batch)
        var sum = 0.0
        for (loss, weight) in zip(losses, batch.weights) where weight != 0 {
            sum += Double(loss) * Double(weight)
        }
        return sum
    }
}
