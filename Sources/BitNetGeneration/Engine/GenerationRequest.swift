public import BitNetTokenizers

/// A prompt and how it is continued.
public struct GenerationRequest: Sendable {
    /// The tokens to continue, exactly as they are; at least one.
    public var prompt: [TokenID]
    /// Length, sampling and stops.
    public var parameters: GenerationParameters
    /// How many of the most likely tokens are reported with each token and its log-probability; nil
    /// reports no probabilities.
    public var alternatives: Int?
    /// Whether the prompt's own tokens are reported too.
    ///
    /// They are computed anew, over a float32 cache, so that they agree with `LanguageModel.logits`.
    public var reportsPrompt: Bool
    /// What the generated text must look like; nil for anything.
    ///
    /// Only tokens that it allows are drawn; where the number of tokens is limited, so that the text
    /// can still be made whole. `GenerationResult.isComplete` says whether it was. It comes before
    /// biases that ban all that is allowed, and ends the text where nothing may follow even if end
    /// tokens are ignored. Guesses are not made.
    public var constraint: OutputConstraint?

    /// A request; what is not given has the default.
    public init(
        prompt: [TokenID], parameters: GenerationParameters = GenerationParameters(),
        alternatives: Int? = nil, reportsPrompt: Bool = false, constraint: OutputConstraint? = nil
    ) {
        self.prompt = prompt
        self.parameters = parameters
        self.alternatives = alternatives
        self.reportsPrompt = reportsPrompt
        self.constraint = constraint
    }

    /// The most tokens that can be reported beside each token.
    public static let alternativesLimit = 100

    /// Throws an error that names the first field whose value cannot be used.
    public func validate() throws(GenerationParameterError) {
        try parameters.validate()
        if let alternatives, !(0...Self.alternativesLimit).contains(alternatives) {
            throw GenerationParameterError(
                field: "alternatives", found: "\(alternatives)",
                expected: "nil or 0 to \(Self.alternativesLimit)")
        }
    }
}

/// A token of a text and how likely the model held it.
///
/// Probabilities are the model's own: those of its logits, before biases, penalties, filters and
/// the temperature.
public struct TokenReport: Sendable, Equatable {
    /// A token and the natural logarithm of its probability.
    public struct Candidate: Sendable, Equatable {
        /// The token.
        public let token: TokenID
        /// ln p, at most 0.
        public let logProbability: Float
    }

    /// The token.
    public let token: TokenID
    /// ln p; nil for the first token of a prompt, which nothing comes before.
    public let logProbability: Float?
    /// The most likely tokens at its place, the likeliest first; of equal ones the lowest id.
    public let alternatives: [Candidate]
}
