/// One dial for a model's size: everything else follows from the depth and the data.
public struct PretrainDial: Sendable {
    /// Transformer layers.
    public let depth: Int
    /// Tokens to train on, held-out ones left out.
    public let tokens: Int
    /// Entries of the vocabulary.
    public let vocabularySize: Int

    /// A dial.
    public init(depth: Int, tokens: Int, vocabularySize: Int) {
        self.depth = depth
        self.tokens = tokens
        self.vocabularySize = vocabularySize
    }

    /// The settings of that depth.
    ///
    /// - The width is 64 a layer, in multiples of 128 as GGUF's ternary types need them; heads are
    ///   64 wide and share keys and values in pairs; the feed-forward layer is 2.7 times as wide
    ///   (2B4T: 6,912 to 2,560).
    /// - A step has about 4,096 tokens up to a width of 256, more in proportion beyond.
    /// - The run sees 20 tokens for each parameter (arXiv 2203.15556), but no token more than ten
    ///   times.
    /// - The learning rate is 4e-3 at a width of 256 and falls with the root of the width: 1.6e-3 at
    ///   1,536, where the published recipe has 1.5e-3; its second stage has two thirds of that.
    public func settings(name: String, precision: TrainingPrecision) -> PretrainSettings {
        let hidden = max(1, (depth + 1) / 2) * 128
        let heads = hidden / 64
        let inner = max(1, Int((Double(hidden) * 2.7 / 128).rounded())) * 128
        let length = 256
        let sequences = max(16, 16 * hidden / 256)
        var settings = PretrainSettings(
            name: name, precision: precision, layers: depth, hiddenSize: hidden,
            feedForwardSize: inner, heads: heads, keyValueHeads: heads / 2, headDimension: 64,
            length: length, sequences: sequences,
            schedule: LearningRateSchedule(
                steps: 1, warmUpSteps: 0, peak: 0, secondPeak: 0, weightDecay: 0.1),
            beta1: 0.9, beta2: 0.95, clip: 1, seed: 1)
        let count = ParameterLayout(settings.configuration(vocabularySize: vocabularySize)).count
        let budget = min(20 * count, 10 * tokens)
        let steps = max(100, budget / settings.batchTokens)
        settings.schedule = Self.schedule(
            steps: steps, peak: 4e-3 * (256 / Double(hidden)).squareRoot())
        return settings
    }

    /// The published two-stage schedule for that many steps: a warm-up of 375 steps or a twentieth.
    public static func schedule(steps: Int, peak: Double) -> LearningRateSchedule {
        LearningRateSchedule(
            steps: steps, warmUpSteps: min(375, steps / 20), peak: peak, secondPeak: peak * 2 / 3,
            weightDecay: 0.1)
    }
}
