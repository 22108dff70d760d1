import BitNetEvaluation
import Foundation
import Testing

/// Figures worked out by hand.
struct PerplexityResultTests {
    @Test func meanAndErrorFollowTheFormulas() {
        var result = PerplexityResult()
        result.add(window: [1, 2])
        result.add(window: [3])
        #expect(result.windows == 2)
        #expect(result.scoredTokens == 3)
        #expect(abs(result.meanNegativeLogLikelihood - 2) < 1e-12)
        #expect(abs(result.perplexity - exp(2)) < 1e-12)
        // Mean square 14/3, variance 2/3, divided by 3 - 1 tokens.
        #expect(abs(result.standardError - exp(2) * (1.0 / 3).squareRoot()) < 1e-12)
    }

    @Test func constantLikelihoodHasNoError() {
        var result = PerplexityResult()
        result.add(window: [0.5, 0.5, 0.5])
        #expect(result.standardError == 0)
    }

    @Test func oneTokenHasNoError() {
        var result = PerplexityResult()
        result.add(window: [4])
        #expect(result.standardError == 0)
        #expect(result.scoredTokens == 1)
    }

    @Test(arguments: [(2, 1..<2, 1..<2), (5, 2..<5, 1..<5), (160, 80..<160, 1..<160)])
    func protocolsScoreTheseTokens(length: Int, half: Range<Int>, all: Range<Int>) {
        #expect(PerplexityProtocol.llamaCpp.scoredPositions(windowLength: length) == half)
        #expect(PerplexityProtocol.consecutive.scoredPositions(windowLength: length) == all)
    }
}
