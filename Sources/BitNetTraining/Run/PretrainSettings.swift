public import BitNetModels

/// Everything that determines a pre-training run: two runs with the same settings and data have the
/// same losses.
public struct PretrainSettings: Sendable, Equatable, Codable {
    /// The run's name, as curves are labelled.
    public var name: String
    /// Ternary, or the full-precision twin.
    public var precision: TrainingPrecision
    /// Transformer layers.
    public var layers: Int
    /// Width of the residual stream.
    public var hiddenSize: Int
    /// Width of the feed-forward layers.
    public var feedForwardSize: Int
    /// Query heads.
    public var heads: Int
    /// Key/value heads.
    public var keyValueHeads: Int
    /// Width of a head.
    public var headDimension: Int
    /// Tokens of a sequence.
    public var length: Int
    /// Sequences of a step, over all processes.
    public var sequences: Int
    /// The learning rate and the weight decay of each step.
    public var schedule: LearningRateSchedule
    /// Decay of the optimiser's first moment.
    public var beta1: Float
    /// Decay of its second moment.
    public var beta2: Float
    /// The largest norm of a step's gradient.
    public var clip: Float
    /// What initial weights and the order of the data depend on.
    public var seed: UInt64

    /// All settings; see the properties.
    public init(
        name: String, precision: TrainingPrecision, layers: Int, hiddenSize: Int,
        feedForwardSize: Int, heads: Int, keyValueHeads: Int, headDimension: Int, length: Int,
        sequences: Int, schedule: LearningRateSchedule, beta1: Float = 0.9, beta2: Float = 0.95,
        clip: Float = 1, seed: UInt64 = 1
    ) {
        self.name = name
        self.precision = precision
        self.layers = layers
        self.hiddenSize = hiddenSize
        self.feedForwardSize = feedForwardSize
        self.heads = heads
        self.keyValueHeads = keyValueHeads
        self.headDimension = headDimension
        self.length = length
        self.sequences = sequences
        self.schedule = schedule
        self.beta1 = beta1
        self.beta2 = beta2
        self.clip = clip
        self.seed = seed
    }

    /// The model's shape, for a vocabulary of that size.
    public func configuration(vocabularySize: Int) -> ModelConfiguration {
        ModelConfiguration(
            vocabularySize: vocabularySize, hiddenSize: hiddenSize,
            feedForwardSize: feedForwardSize, layerCount: layers, headCount: heads,
            keyValueHeadCount: keyValueHeads, headDimension: headDimension,
            contextLength: max(length, 512))
    }

    /// The shape of a model whose weights the run begins with: its own, with room for the sequences.
    ///
    /// Throws when the settings describe another.
    func configuration(startingFrom model: ModelConfiguration) throws(TrainingError)
        -> ModelConfiguration
    {
        let shapes = [
            ("depth", layers, model.layerCount), ("hidden", hiddenSize, model.hiddenSize),
            ("feed-forward", feedForwardSize, model.feedForwardSize),
            ("heads", heads, model.headCount), ("kv-heads", keyValueHeads, model.keyValueHeadCount),
            ("head-dim", headDimension, model.headDimension),
        ]
        for (name, asked, found) in shapes where asked != found {
            throw TrainingError(
                .invalidConfiguration,
                "\(name): \(asked) was asked for, and the model that training begins with has "
                    + "\(found); leave \(name) out, or begin with random weights")
        }
        var configuration = model
        configuration.contextLength = max(model.contextLength, length)
        return configuration
    }

    /// Tokens of a step.
    public var batchTokens: Int { sequences * length }

    /// Checks ranges; the error names the setting.
    public func validate() throws(TrainingError) {
        try Ranges.check([
            ("layers", layers, 1...1024), ("hidden", hiddenSize, 1...(1 << 20)),
            ("feed-forward", feedForwardSize, 1...(1 << 20)), ("heads", heads, 1...1024),
            ("kv-heads", keyValueHeads, 1...max(1, heads)), ("head-dim", headDimension, 2...1024),
            ("length", length, 1...(1 << 20)), ("batch", sequences, 1...(1 << 20)),
        ])
        guard heads % keyValueHeads == 0, headDimension % 2 == 0 else {
            throw TrainingError(
                .invalidConfiguration,
                "\(heads) heads of \(headDimension) values in \(keyValueHeads) groups: expected a "
                    + "multiple of the groups, and an even width")
        }
        try recipe.validate()
    }

    /// What it has in common with other kinds of runs.
    public var recipe: TrainingRecipe {
        TrainingRecipe(
            name: name, precision: precision, schedule: schedule, beta1: beta1, beta2: beta2,
            clip: clip, seed: seed)
    }
}
