import BitNetGeneration
import Testing

@Suite struct SamplingPenaltyTests {
    @Test func repetitionDividesPositiveAndMultipliesNegativeLogitsOnce() {
        let parameters = GenerationParameters(repetitionPenalty: 2)
        #expect(
            processed([3, -3, 0, 3, -3], parameters, after: [0, 1, 0, 0, 2])
                == [1.5, -6, 0, 3, -3])
    }

    @Test func frequencyCountsAndPresenceDoesNot() {
        let logits: [Float] = [1, 1, 1]
        let tokens: [Int32] = [0, 0, 0, 1]
        let frequency = GenerationParameters(frequencyPenalty: 0.25)
        #expect(processed(logits, frequency, after: tokens) == [0.25, 0.75, 1])
        let presence = GenerationParameters(presencePenalty: 0.5)
        #expect(processed(logits, presence, after: tokens) == [0.5, 0.5, 1])
    }

    @Test func penaltiesAddUpAfterTheBias() {
        let parameters = GenerationParameters(
            repetitionPenalty: 2, presencePenalty: 0.5, frequencyPenalty: 0.25,
            logitBias: [0: 6, 1: -2])
        // (-2 + 6) / 2 - 2 * 0.25 - 0.5 and (1 - 2) * 2 - 0.25 - 0.5
        #expect(processed([-2, 1, 1], parameters, after: [0, 1, 0]) == [1, -2.75, 1])
    }

    @Test func negativePenaltiesReward() {
        let parameters = GenerationParameters(presencePenalty: -1)
        #expect(processed([0, 0], parameters, after: [1]) == [0, 1])
    }

    @Test func theWindowForgetsTheOldestTokens() {
        let parameters = GenerationParameters(repetitionWindow: 3, frequencyPenalty: 1)
        let zeros = [Float](repeating: 0, count: 4)
        var processor = LogitProcessor(parameters: parameters)
        let expected: [[Float]] = [
            [-1, 0, 0, 0], [-2, 0, 0, 0], [-2, -1, 0, 0], [-1, -1, -1, 0], [-1, -1, -1, 0],
            [-1, 0, -1, -1], [-1, 0, 0, -2],
        ]
        for (token, row) in zip([0, 0, 1, 2, 0, 3, 3] as [Int32], expected) {
            processor.accept(token)
            var logits = zeros
            processor.process(&logits)
            #expect(logits == row)
        }
    }

    @Test func theWholeContextIsRememberedWithAWindowOfMinusOne() {
        let parameters = GenerationParameters(repetitionWindow: -1, frequencyPenalty: 1)
        let tokens = (0..<1000).map { Int32($0 % 2) }
        #expect(processed([0, 0, 0], parameters, after: tokens) == [-500, -500, 0])
    }

    @Test func aWindowOfZeroPenalisesNothing() {
        let parameters = GenerationParameters(
            repetitionPenalty: 2, repetitionWindow: 0, presencePenalty: 1, frequencyPenalty: 1)
        #expect(processed([1, 1], parameters, after: [0, 1]) == [1, 1])
    }

    @Test func bansWinOverForces() {
        let parameters = GenerationParameters(
            logitBias: [0: .infinity, 1: -.infinity, 2: .infinity, 3: -.infinity])
        let logits: [Float] = [-.infinity, .infinity, 0, 0]
        #expect(
            processed(logits, parameters, after: []) == [
                -.infinity, -.infinity, .infinity, -.infinity,
            ])
    }

    @Test func aBanDoesNotHideANaN() {
        let parameters = GenerationParameters(logitBias: [0: -.infinity])
        #expect(processed([.nan, 1], parameters, after: [])[0].isNaN)
    }

    @Test func infiniteLogitsSurvivePenalties() {
        let parameters = GenerationParameters(
            repetitionPenalty: 1.5, frequencyPenalty: .greatestFiniteMagnitude)
        let logits: [Float] = [.infinity, -.infinity]
        #expect(processed(logits, parameters, after: [0, 0, 1, 1]) == logits)
    }

    @Test func tokensOutsideTheVocabularyArePassedOver() {
        let parameters = GenerationParameters(
            repetitionPenalty: 2, logitBias: [-1: 5, 2: 5, .max: 5])
        #expect(processed([2, 2], parameters, after: [-1, 2, .min, .max, 1]) == [2, 1])
    }

    @Test func defaultsChangeNothing() {
        let logits: [Float] = [1, -1, 0, 5]
        #expect(processed(logits, GenerationParameters(), after: [0, 1, 2, 3, 3]) == logits)
    }

    private func processed(
        _ logits: [Float], _ parameters: GenerationParameters, after tokens: [Int32]
    ) -> [Float] {
        var processor = LogitProcessor(parameters: parameters)
        for token in tokens {
            processor.accept(token)
        }
        var logits = logits
        processor.process(&logits)
        return logits
    }
}
