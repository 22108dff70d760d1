public import BitNetTensors

/// AdamW (arXiv 1711.05101): decoupled weight decay on matrices only, bias-corrected moments,
/// gradients clipped to a norm.
public final class AdamW {
    /// What does not change from step to step.
    public struct Options: Sendable, Equatable {
        /// Decay of the first moment.
        public var beta1: Float = 0.9
        /// Decay of the second moment.
        public var beta2: Float = 0.95
        /// Added to the second moment's root.
        public var epsilon: Float = 1e-8
        /// The largest norm of all gradients together; infinite for none.
        public var clip: Float = 1

        /// The published recipe's values.
        public init() {}
    }

    /// The settings.
    public let options: Options
    /// Means of the gradients.
    public let first: ParameterSet
    /// Means of their squares.
    public let second: ParameterSet
    /// Steps made.
    public var step = 0

    /// Moments of zero.
    public init(_ layout: ParameterLayout, _ options: Options = Options()) throws(TrainingError) {
        self.options = options
        first = try ParameterSet(layout)
        second = try ParameterSet(layout)
    }

    /// The norm of all gradients together.
    public static func norm(_ gradients: ParameterSet, _ context: TrainingContext) -> Float {
        Float(context.sumOfSquares(gradients.buffer, 0..<gradients.buffer.count).squareRoot())
    }

    /// Moves the model's weights by their gradients, whose norm is `norm`, and makes its ternary
    /// copies anew.
    public func update(
        _ model: TrainableModel, norm: Float, learningRate: Float, weightDecay: Float
    ) {
        step += 1
        var settings = AdamWStep(
            step: step, learningRate: learningRate, beta1: options.beta1, beta2: options.beta2,
            epsilon: options.epsilon, weightDecay: 0,
            gradientFactor: norm > options.clip ? options.clip / (norm + 1e-6) : 1)
        for parameter in model.weights.layout.parameters {
            settings.weightDecay = parameter.isMatrix ? weightDecay : 0
            model.context.adamW(
                settings, weights: model.weights.buffer, gradients: model.gradients.buffer,
                first: first.buffer, second: second.buffer, parameter.range)
        }
        model.weightsDidChange()
    }
}
