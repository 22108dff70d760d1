#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Android)
internal import Android
#elseif canImport(Darwin)
internal import Darwin
#endif

/// How well a model predicts a text.
public struct PerplexityResult: Sendable, Equatable {
    /// Tokens that were scored.
    public private(set) var scoredTokens = 0
    /// Windows that were computed.
    public private(set) var windows = 0
    private var sum = 0.0
    private var sumOfSquares = 0.0

    /// A result without tokens.
    public init() {}

    /// Adds the negative log-likelihoods (natural logarithm) of one window's scored tokens.
    public mutating func add(window likelihoods: [Double]) {
        windows += 1
        scoredTokens += likelihoods.count
        for likelihood in likelihoods {
            sum += likelihood
            sumOfSquares += likelihood * likelihood
        }
    }

    /// Mean negative log-likelihood (natural logarithm) of the scored tokens; nan without any.
    public var meanNegativeLogLikelihood: Double { sum / Double(scoredTokens) }

    /// exp of the mean negative log-likelihood.
    public var perplexity: Double { exp(meanNegativeLogLikelihood) }

    /// One standard error of the perplexity, as llama.cpp computes it; 0 for fewer than two tokens.
    ///
    /// perplexity · sqrt((mean square - square of the mean) / (tokens - 1)): tokens count as
    /// independent, so the true error is somewhat larger.
    public var standardError: Double {
        guard scoredTokens > 1 else { return 0 }
        let mean = meanNegativeLogLikelihood
        let variance = sumOfSquares / Double(scoredTokens) - mean * mean
        return variance > 0 ? perplexity * (variance / Double(scoredTokens - 1)).squareRoot() : 0
    }
}
