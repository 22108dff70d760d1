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

    /// The model's shape, for a vocabulary of that size.
    public func configuration(vocabularySize: Int) -> ModelConfiguration {
        ModelConfiguration(
            vocabularySize: vocabularySize, hiddenSize: hiddenSize,
            feedForwardSize: feedForwardSize, layerCount: layers, headCount: heads,
            keyValueHeadCount: keyValueHeads, headDimension: headDimension,
            contextLength: max(length, 512))
    }

    /// Tokens of a step.
    public var batchTokens: Int { sequences * length }

    /// Checks ranges; the error names the setting.
    public func validate() throws(TrainingError) {
        let counts: [(String, Int, ClosedRange<Int>)] = [
            ("layers", layers, 1...1024), ("hidden", hiddenSize, 1...(1 << 20)),
            ("feed-forward", feedForwardSize, 1...(1 << 20)), ("heads", heads, 1...1024),
            ("kv-heads", keyValueHeads, 1...heads), ("head-dim", headDimension, 2...1024),
            ("length", length, 1...(1 << 20)), ("batch", sequences, 1...(1 << 20)),
            ("steps", schedule.steps, 1...(1 << 30)),
            ("warm-up", schedule.warmUpSteps, 0...schedule.steps),
        ]
        for (name, value, range) in counts where !range.contains(value) {
            throw TrainingError(
                .invalidConfiguration,
                "\(name): expected \(range.lowerBound) to \(range.upperBound), found \(value)")
        }
        guard heads % keyValueHeads == 0, headDimension % 2 == 0 else {
            throw TrainingError(
                .invalidConfiguration,
                "\(heads) heads of \(headDimension) values in \(keyValueHeads) groups: expected a "
                    + "multiple of the groups, and an even width")
        }
        let rates: [(String, Double, ClosedRange<Double>)] = [
            ("lr", schedule.peak, 0...10), ("second-lr", schedule.secondPeak, 0...10),
            ("weight-decay", schedule.weightDecay, 0...10), ("beta1", Double(beta1), 0...0.9999999),
            ("beta2", Double(beta2), 0...0.9999999), ("clip", Double(clip), 1e-9...1e30),
        ]
        for (name, value, range) in rates where !range.contains(value) {
            throw TrainingError(
                .invalidConfiguration,
                "\(name): expected \(range.lowerBound) to \(range.upperBound), found \(value)")
        }
    }
}
