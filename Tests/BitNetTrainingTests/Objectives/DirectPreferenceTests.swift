import BitNetTestSupport
import BitNetTraining
import Foundation
import Testing

/// The loss of direct preference optimization and its gradient.
@Suite struct DirectPreferenceTests {
    private typealias Pair = DirectPreference.LogProbabilities

    private static func randomPair(_ random: inout SeededGenerator) -> Pair {
        Pair(
            chosen: -Double.random(in: 0...200, using: &random),
            rejected: -Double.random(in: 0...200, using: &random))
    }

    @Test func theLossIsThatOfTheDefinition() throws {
        let objective = try DirectPreference()
        let outcome = objective.evaluate(
            policy: Pair(chosen: -10, rejected: -30), reference: Pair(chosen: -14, rejected: -27))
        #expect(objective.beta == 0.1)
        #expect(abs(outcome.chosenReward - 0.4) < 1e-12)
        #expect(abs(outcome.rejectedReward + 0.3) < 1e-12)
        #expect(abs(outcome.margin - 0.7) < 1e-12)
        #expect(abs(outcome.loss - log(1 + exp(-0.7))) < 1e-12)
        #expect(abs(outcome.chosenWeight - 0.1 / (1 + exp(0.7))) < 1e-12)
        #expect(outcome.isCorrect)
    }

    @Test func modelAndReferenceThatAgreeGiveLogTwo() throws {
        let pair = Pair(chosen: -5, rejected: -1)
        let outcome = try DirectPreference(beta: 0.5).evaluate(policy: pair, reference: pair)
        #expect(abs(outcome.loss - log(2)) < 1e-15)
        #expect(outcome.chosenWeight == 0.25)
        #expect(!outcome.isCorrect)
    }

    /// The weights belong to negative log-likelihoods, so the differences step against the sign.
    @Test func theWeightsAreTheDerivatives() throws {
        var random = SeededGenerator(seed: 21)
        for _ in 0..<200 {
            let objective = try DirectPreference(beta: .random(in: 0.01...1, using: &random))
            let reference = Self.randomPair(&random)
            let policy = Pair(
                chosen: reference.chosen + .random(in: -20...20, using: &random),
                rejected: reference.rejected + .random(in: -20...20, using: &random))
            let outcome = objective.evaluate(policy: policy, reference: reference)
            func slope(_ move: (inout Pair, Double) -> Void) -> Double {
                let losses = [1e-4, -1e-4].map { step in
                    var moved = policy
                    move(&moved, -step)
                    return objective.evaluate(policy: moved, reference: reference).loss
                }
                return (losses[0] - losses[1]) / 2e-4
            }
            #expect(abs(slope { $0.chosen += $1 } - outcome.chosenWeight) < 1e-7)
            #expect(abs(slope { $0.rejected += $1 } - outcome.rejectedWeight) < 1e-7)
            #expect(outcome.chosenWeight == -outcome.rejectedWeight)
        }
    }

    @Test func extremeMarginsStayFinite() throws {
        let objective = try DirectPreference(beta: 1)
        let zero = Pair(chosen: 0, rejected: 0)
        let lost = objective.evaluate(policy: Pair(chosen: -1e6, rejected: 0), reference: zero)
        #expect(lost.loss == 1e6 && lost.chosenWeight == 1)
        let won = objective.evaluate(policy: Pair(chosen: 0, rejected: -1e6), reference: zero)
        #expect(won.loss == 0 && won.chosenWeight == 0)
        let near = objective.evaluate(policy: Pair(chosen: 0, rejected: -40), reference: zero)
        #expect(near.loss > 0 && abs(near.loss / exp(-40) - 1) < 1e-12)
    }

    @Test(arguments: [Double.nan, -.infinity, .infinity])
    func whatIsNotFiniteShows(value: Double) throws {
        let objective = try DirectPreference()
        let zero = Pair(chosen: 0, rejected: 0)
        let outcome = objective.evaluate(
            policy: Pair(chosen: value, rejected: value), reference: zero)
        #expect(!outcome.loss.isFinite)
    }

    @Test(arguments: [0, -0.1, .nan, .infinity])
    func betaMustBePositive(beta: Double) {
        #expect(throws: TrainingError.self) { try DirectPreference(beta: beta) }
    }

    @Test func reductionsScaleTheSum() {
        #expect(ReportedRecipe.supervisedReduction.factor(forTotalWeight: 50) == 1)
        #expect(LossReduction.mean.factor(forTotalWeight: 50) == 0.02)
        #expect(ReportedRecipe.preferenceEpochs == 2)
        #expect(ReportedRecipe.preferenceLearningRate == 2e-7)
    }
}
