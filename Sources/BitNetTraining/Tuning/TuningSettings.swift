/// Everything that determines a fine-tuning run beside its data and the model it begins with.
public struct TuningSettings: Sendable, Equatable, Codable {
    /// What is made smaller.
    public enum Objective: Sendable, Equatable, Codable {
        /// The loss of the assistants' tokens, summed or averaged over a step.
        case supervised(LossReduction)
        /// The loss of preferences, averaged over a step's pairs.
        case preference(beta: Double)

        /// The name of the command that trains for it: `sft` or `dpo`.
        public var command: String {
            switch self {
            case .supervised: "sft"
            case .preference: "dpo"
            }
        }
    }

    /// Name, precision, schedule and optimiser.
    public var recipe: TrainingRecipe
    /// What is made smaller.
    public var objective: Objective
    /// Passes over the data.
    public var epochs: Int
    /// The greatest number of tokens of a step over all processes, padding included.
    public var batchTokens: Int
    /// Where sequences were cut.
    public var length: Int

    /// All settings; see the properties.
    public init(
        recipe: TrainingRecipe, objective: Objective, epochs: Int, batchTokens: Int, length: Int
    ) {
        self.recipe = recipe
        self.objective = objective
        self.epochs = epochs
        self.batchTokens = batchTokens
        self.length = length
    }

    /// Checks ranges; the error names the setting.
    public func validate() throws(TrainingError) {
        try recipe.validate()
        try Ranges.check([
            ("epochs", epochs, 1...100_000), ("batch-tokens", batchTokens, 1...(1 << 30)),
            ("length", length, 1...(1 << 20)),
        ])
        if case .preference(let beta) = objective { _ = try DirectPreference(beta: beta) }
    }
}

/// Settings that follow from the data and the model's width.
public enum TuningDefaults {
    /// Passes over conversations.
    public static let supervisedEpochs = 3

    /// The learning rate for conversations: 1e-3 at a width of 256, falling with the root of the
    /// width, a quarter of what pre-training begins with; the sum of many losses does not change it,
    /// since gradients are clipped.
    public static func supervisedLearningRate(hiddenSize: Int) -> Double {
        1e-3 * (256 / Double(hiddenSize)).squareRoot()
    }

    /// Tokens of a step: a 32nd of the data, so that small data still makes many steps, but room for
    /// the longest item and at most 4,096 beyond that.
    public static func batchTokens(_ items: TuningItems) -> Int {
        max(items.width * items.longest, min(4096, items.positions / 32))
    }

    /// A warm-up of a tenth of the steps, at most 100, then a line that falls to zero.
    public static func schedule(
        steps: Int, peak: Double, warmUp: Int? = nil, weightDecay: Double = 0
    ) -> LearningRateSchedule {
        var schedule = LearningRateSchedule(
            steps: steps, warmUpSteps: warmUp ?? min(100, steps / 10), peak: peak, secondPeak: peak,
            weightDecay: weightDecay)
        schedule.switchStep = steps
        return schedule
    }

    /// Steps of that many passes.
    public static func steps(
        _ items: TuningItems, batchTokens: Int, epochs: Int
    ) throws(TrainingError) -> Int {
        let batches = try items.batcher(tokenBudget: batchTokens, seed: 0).batchesPerEpoch
        let steps = batches.multipliedReportingOverflow(by: epochs)
        guard epochs > 0, !steps.overflow else {
            throw TrainingError(
                .invalidConfiguration, "epochs: expected 1 to 100000, found \(epochs)")
        }
        return steps.partialValue
    }
}
