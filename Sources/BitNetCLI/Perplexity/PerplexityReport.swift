import BitNetEvaluation

/// What `bitnet perplexity` prints.
struct PerplexityReport: Encodable {
    let model: String
    let file: String
    /// Perplexity and one standard error of it.
    let perplexity: Double
    let standardError: Double
    /// Mean negative log-likelihood, natural logarithm.
    let meanNll: Double
    let scoredTokens: Int
    /// Tokens of the whole text.
    let textTokens: Int
    let windows: Int
    let context: Int
    let countingProtocol: String
    let seconds: Double
    /// Tokens computed in a second, scored or not.
    let tokensPerSecond: Double

    enum CodingKeys: String, CodingKey {
        case model, file, perplexity, windows, context, seconds
        case standardError = "standard_error"
        case meanNll = "mean_nll"
        case scoredTokens = "scored_tokens"
        case textTokens = "text_tokens"
        case countingProtocol = "protocol"
        case tokensPerSecond = "tokens_per_second"
    }

    init(
        model: String, file: String, tokens: Int, context: Int, counting: PerplexityProtocol,
        seconds: Double, result: PerplexityResult
    ) {
        self.model = model
        self.file = file
        perplexity = result.perplexity
        standardError = result.standardError
        meanNll = result.meanNegativeLogLikelihood
        scoredTokens = result.scoredTokens
        textTokens = tokens
        windows = result.windows
        self.context = context
        countingProtocol = counting.rawValue
        self.seconds = seconds
        tokensPerSecond = Double(result.windows * context) / seconds
    }

    /// The result, for standard output.
    var text: String {
        "perplexity \(NumberFormat.fixed(perplexity, 4)) ± \(NumberFormat.fixed(standardError, 4))"
            + " (\(scoredTokens) tokens scored)\n"
    }

    /// How it came about, for standard error.
    var statistics: String {
        "\(windows) windows of \(context) tokens, counted as \(countingProtocol); "
            + "\(NumberFormat.fixed(seconds, 2)) s, "
            + "\(NumberFormat.fixed(tokensPerSecond, 1)) tokens/s\n"
    }
}
