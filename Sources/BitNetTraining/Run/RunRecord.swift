/// One line of a run's log.
public enum RunRecord: Sendable, Equatable {
    /// What the run is: the first line.
    case run(RunHeader)
    /// One optimiser step.
    case step(StepRecord)
    /// A measurement on text that is kept out of training.
    case evaluation(EvaluationRecord)
    /// The end of a run that was not interrupted.
    case end(EndRecord)

    /// The step that the record belongs to; nil for the header and the end.
    public var step: Int? {
        switch self {
        case .step(let record): record.step
        case .evaluation(let record): record.step
        case .run, .end: nil
        }
    }
}

/// What a run is.
public struct RunHeader: Sendable, Equatable {
    /// The run's name, as curves are labelled.
    public var name: String
    /// Which weights it trains.
    public var precision: TrainingPrecision
    /// All parameters of the model.
    public var parameters: Int
    /// Optimiser steps that are planned.
    public var steps: Int
    /// Tokens of one optimiser step, over all processes.
    public var batchTokens: Int
    /// What the run's random numbers derive from.
    public var seed: UInt64
    /// Further settings, under names of their own.
    public var extra: [RunMember]

    /// A header.
    public init(
        name: String, precision: TrainingPrecision, parameters: Int, steps: Int, batchTokens: Int,
        seed: UInt64, extra: [RunMember] = []
    ) {
        self.name = name
        self.precision = precision
        self.parameters = parameters
        self.steps = steps
        self.batchTokens = batchTokens
        self.seed = seed
        self.extra = extra
    }
}

/// One optimiser step.
public struct StepRecord: Sendable, Equatable {
    /// The step's number, from 1.
    public var step: Int
    /// The mean loss over the step's tokens, in nats per token; over its pairs for preferences.
    public var loss: Double
    /// The learning rate that the step was made with.
    public var learningRate: Double
    /// The weight decay that the step was made with.
    public var weightDecay: Double
    /// The norm of the whole gradient before clipping.
    public var gradientNorm: Double
    /// Tokens seen since the run began, this step's included.
    public var tokens: Int
    /// Seconds of training since the run began.
    public var seconds: Double
    /// The speed of this step.
    public var tokensPerSecond: Double
    /// Further measures, under names of their own; a reader of the log leaves them out.
    public var extra: [RunMember]

    /// A step.
    public init(
        step: Int, loss: Double, learningRate: Double, weightDecay: Double, gradientNorm: Double,
        tokens: Int, seconds: Double, tokensPerSecond: Double, extra: [RunMember] = []
    ) {
        self.step = step
        self.loss = loss
        self.learningRate = learningRate
        self.weightDecay = weightDecay
        self.gradientNorm = gradientNorm
        self.tokens = tokens
        self.seconds = seconds
        self.tokensPerSecond = tokensPerSecond
        self.extra = extra
    }
}

/// A measurement on text that is kept out of training.
public struct EvaluationRecord: Sendable, Equatable {
    /// The number of steps made before it.
    public var step: Int
    /// The mean loss in nats per token.
    public var heldOutLoss: Double
    /// e to the power of that loss.
    public var perplexity: Double

    /// A measurement.
    public init(step: Int, heldOutLoss: Double, perplexity: Double) {
        self.step = step
        self.heldOutLoss = heldOutLoss
        self.perplexity = perplexity
    }
}

/// The end of a run that was not interrupted.
public struct EndRecord: Sendable, Equatable {
    /// What the run amounts to, under names of the writer's choice.
    public var extra: [RunMember]

    /// An end.
    public init(extra: [RunMember] = []) { self.extra = extra }
}
