/// How text is drawn from a model: length, sampling chain, penalties, stops and guesses.
///
/// The chain runs in the order of llama.cpp: bias, penalties, top-k, typical, top-p, min-p,
/// temperature. So the truncating filters see the probabilities at temperature 1, and the
/// temperature flattens or sharpens only what they leave.
public struct GenerationParameters: Sendable, Equatable {
    /// The most tokens to generate; `nil` means until the model ends or the context is full.
    public var maximumTokens: Int?

    /// What logits are divided by before the draw; 0 takes the most likely token every time.
    public var temperature: Float

    /// How many of the most likely tokens are kept; 0 keeps all.
    public var topK: Int

    /// The probability that the kept most likely tokens must reach together; 1 keeps all.
    public var topP: Float

    /// The least probability of a kept token, relative to the most likely one; 0 keeps all.
    public var minP: Float

    /// The probability that the tokens of most typical surprise must pass together; 1 keeps all.
    ///
    /// Locally typical sampling: Meister and others, 2022 (arXiv 2202.00666).
    public var typicalP: Float

    /// What the logits of tokens seen in the window are divided by (multiplied by, if negative).
    ///
    /// 1 leaves them as they are; above 1 makes repetition less likely (CTRL, arXiv 1909.05858).
    public var repetitionPenalty: Float

    /// How many of the last tokens the three penalties look at; -1 is all, 0 is none.
    public var repetitionWindow: Int

    /// What is subtracted from the logit of each token seen in the window.
    public var presencePenalty: Float

    /// What is subtracted from the logit of each token for every time it is in the window.
    public var frequencyPenalty: Float

    /// What is added to the logits of tokens; minus infinity bans one, plus infinity forces one.
    public var logitBias: [Int32: Float]

    /// The seed of the random numbers; `nil` takes a new one for each sampler.
    public var seed: UInt64?

    /// Strings that end the text when they appear in it; they are not part of the text.
    public var stopStrings: [String]

    /// Whether to go on after the model's end-of-text token.
    public var ignoreEndOfText: Bool

    /// The most tokens to guess from the text's own repetitions and check in one pass; 0 is none.
    ///
    /// It changes the speed, never the text. On by default because it does not lose: guesses are
    /// counted before they are trusted, so text that does not repeat itself costs what it did
    /// (±1 % on free text of the bundled model), and quotations, edits and lists gain up to
    /// threefold. The default of 7 makes passes of up to eight tokens. It is cut to what a pass
    /// holds.
    public var maximumDraftTokens: Int

    /// Creates parameters; all that is not given has the default that its label shows.
    public init(
        maximumTokens: Int? = nil, temperature: Float = 0.8, topK: Int = 40, topP: Float = 0.95,
        minP: Float = 0.05, typicalP: Float = 1, repetitionPenalty: Float = 1,
        repetitionWindow: Int = 64, presencePenalty: Float = 0, frequencyPenalty: Float = 0,
        logitBias: [Int32: Float] = [:], seed: UInt64? = nil, stopStrings: [String] = [],
        ignoreEndOfText: Bool = false, maximumDraftTokens: Int = 7
    ) {
        self.maximumTokens = maximumTokens
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.minP = minP
        self.typicalP = typicalP
        self.repetitionPenalty = repetitionPenalty
        self.repetitionWindow = repetitionWindow
        self.presencePenalty = presencePenalty
        self.frequencyPenalty = frequencyPenalty
        self.logitBias = logitBias
        self.seed = seed
        self.stopStrings = stopStrings
        self.ignoreEndOfText = ignoreEndOfText
        self.maximumDraftTokens = maximumDraftTokens
    }

    /// Always the most likely token: the same text every time, without a seed.
    public static let greedy = GenerationParameters(temperature: 0)
}
