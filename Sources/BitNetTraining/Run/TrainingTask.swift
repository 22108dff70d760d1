public import BitNetModels

/// What a run trains for and on: text, conversations or preferences.
public protocol TrainingTask: AnyObject, StepObjective {
    /// Name, precision, schedule and optimiser.
    var recipe: TrainingRecipe { get }
    /// The shape of a model that begins with random weights.
    var configuration: ModelConfiguration { get }
    /// The most tokens that the model computes at a time.
    var tokenCapacity: Int { get }
    /// The longest sequence.
    var maximumLength: Int { get }
    /// Tokens of a step, as planned.
    var batchTokens: Int { get }
    /// Further settings for the log's header.
    var headerMembers: [RunMember] { get }
    /// The tokenizer that goes with the model.
    var tokenizerFiles: TokenizerFiles { get }
    /// Further tokens that end a text, for the model's configuration.
    var endTokens: [Int] { get }
    /// What does not change any result.
    var options: TrainingRun.Options { get }
    /// The processes of the run.
    var communicator: any Communicator { get }
    /// Whether there is held-out data to measure with.
    var measures: Bool { get }
    /// Whether it is measured before the first step too.
    var measuresFirst: Bool { get }

    /// The shape of a model that begins with the weights of `model`; throws when the settings ask for
    /// another.
    func configuration(startingFrom model: ModelConfiguration) throws -> ModelConfiguration
    /// What determines the run's losses: saved with checkpoints.
    func identity() throws -> [UInt8]
    /// Throws unless a checkpoint's identity is this task's.
    func check(_ checkpoint: TrainingCheckpoint) throws
    /// Tokens of a step over all processes.
    func tokens(step: Int) -> Int
    /// Called once before the first step of a run or of its resumption.
    func prepare(
        _ model: TrainableModel, _ folder: RunFolder, _ report: (TrainingRun.Event) -> Void
    ) throws
    /// The loss of a step for the log, in nats a token or pair, and what else is logged.
    func logged(_ result: StepResult) -> (loss: Double, extra: [RunMember])
    /// The mean loss in nats a token of held-out data: of all, or of some of it on the way.
    func heldOutLoss(
        _ model: TrainableModel, all: Bool, progress: ((Double) -> Void)?
    ) throws -> Double
}

extension TrainingTask {
    /// That of `model`.
    public func configuration(startingFrom model: ModelConfiguration) throws -> ModelConfiguration {
        model
    }
    /// None.
    public var endTokens: [Int] { [] }
    /// False.
    public var measuresFirst: Bool { false }
    /// Does nothing.
    public func prepare(
        _ model: TrainableModel, _ folder: RunFolder, _ report: (TrainingRun.Event) -> Void
    ) throws {}
    /// The loss as it is.
    public func logged(_ result: StepResult) -> (loss: Double, extra: [RunMember]) {
        (result.loss, [])
    }
}

/// What all kinds of runs have in common.
public struct TrainingRecipe: Sendable, Equatable, Codable {
    /// The run's name, as curves are labelled.
    public var name: String
    /// Ternary, or full precision.
    public var precision: TrainingPrecision
    /// The learning rate and the weight decay of each step.
    public var schedule: LearningRateSchedule
    /// Decay of the optimiser's first moment.
    public var beta1: Float
    /// Decay of its second moment.
    public var beta2: Float
    /// The largest norm of a step's gradient.
    public var clip: Float
    /// What all random choices depend on.
    public var seed: UInt64

    /// A recipe; what is not given is the published one's.
    public init(
        name: String, precision: TrainingPrecision, schedule: LearningRateSchedule,
        beta1: Float = 0.9, beta2: Float = 0.95, clip: Float = 1, seed: UInt64 = 1
    ) {
        self.name = name
        self.precision = precision
        self.schedule = schedule
        self.beta1 = beta1
        self.beta2 = beta2
        self.clip = clip
        self.seed = seed
    }

    /// Checks ranges; the error names the setting.
    func validate() throws(TrainingError) {
        try Ranges.check([
            ("steps", schedule.steps, 1...(1 << 30)),
            ("warm-up", schedule.warmUpSteps, 0...max(0, schedule.steps)),
        ])
        try Ranges.check([
            ("lr", schedule.peak, 0...10), ("second-lr", schedule.secondPeak, 0...10),
            ("weight-decay", schedule.weightDecay, 0...10), ("beta1", Double(beta1), 0...0.9999999),
            ("beta2", Double(beta2), 0...0.9999999), ("clip", Double(clip), 1e-9...1e30),
        ])
    }
}

/// Checks of settings.
enum Ranges {
    /// Throws an error that names the first value out of its range.
    static func check<Value: Comparable>(
        _ values: [(name: String, value: Value, range: ClosedRange<Value>)]
    ) throws(TrainingError) {
        for (name, value, range) in values where !range.contains(value) {
            throw TrainingError(
                .invalidConfiguration,
                "\(name): expected \(range.lowerBound) to \(range.upperBound), found \(value)")
        }
    }
}
