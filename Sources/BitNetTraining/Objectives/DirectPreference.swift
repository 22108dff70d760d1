#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Android)
internal import Android
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Direct preference optimization: the loss of a pair and its gradient.
///
/// With the log-probabilities of the chosen answer c and the rejected answer r, each summed over
/// the answer's tokens, under the trained model π and a frozen reference model,
///
///     z = β ((log π(c) − log π_ref(c)) − (log π(r) − log π_ref(r))),   loss = −log σ(z).
///
/// Rafailov et al., "Direct Preference Optimization", arXiv 2305.18290, equation 7.
public struct DirectPreference: Sendable, Equatable {
    /// The summed log-probabilities of a pair's answers under one model.
    public struct LogProbabilities: Sendable, Equatable {
        /// Of the preferred answer.
        public var chosen: Double
        /// Of the other answer.
        public var rejected: Double

        /// The log-probabilities of two answers.
        public init(chosen: Double, rejected: Double) {
            self.chosen = chosen
            self.rejected = rejected
        }
    }

    /// What the objective says of one pair.
    public struct Outcome: Sendable, Equatable {
        /// −log σ(z), in nats; log 2 where model and reference agree.
        public var loss: Double
        /// β (log π(c) − log π_ref(c)): the implicit reward of the preferred answer.
        public var chosenReward: Double
        /// β (log π(r) − log π_ref(r)): that of the other answer.
        public var rejectedReward: Double
        /// β σ(−z), at least 0: the weight, in the backward pass, of the preferred answer's summed
        /// negative log-likelihood, of which the gradient of the loss is this multiple.
        public var chosenWeight: Double
        /// −β σ(−z): the same for the rejected answer.
        public var rejectedWeight: Double

        /// z, the difference of the rewards.
        public var margin: Double { chosenReward - rejectedReward }
        /// Whether the preferred answer has the greater reward; the mean over pairs is the accuracy.
        public var isCorrect: Bool { margin > 0 }
    }

    /// How strongly the reference holds the model.
    public var beta: Double

    /// An objective; `beta` must be positive.
    public init(beta: Double = ReportedRecipe.preferenceBeta) throws(TrainingError) {
        guard beta > 0, beta.isFinite else {
            throw TrainingError(.invalidConfiguration, "β is \(beta); expected a number above 0")
        }
        self.beta = beta
    }

    /// The loss of a pair and the weights of its sequences in the backward pass.
    ///
    /// Numbers that are not finite give a loss that is not.
    public func evaluate(policy: LogProbabilities, reference: LogProbabilities) -> Outcome {
        let chosen = beta * (policy.chosen - reference.chosen)
        let rejected = beta * (policy.rejected - reference.rejected)
        let margin = chosen - rejected
        // Of e^|z| and e^−|z| the one that can't overflow.
        let decay = exp(-margin.magnitude)
        let miss = margin >= 0 ? decay / (1 + decay) : 1 / (1 + decay)
        // `-margin` first: max(x, NaN) is x.
        let hinge = margin > 0 ? 0 : -margin
        return Outcome(
            loss: hinge + log1p(decay), chosenReward: chosen, rejectedReward: rejected,
            chosenWeight: beta * miss, rejectedWeight: -beta * miss)
    }
}

/// What the BitNet b1.58 2B4T technical report (arXiv 2504.12285) states of its training after
/// pre-training.
public enum ReportedRecipe {
    /// The passes over the preference pairs.
    public static let preferenceEpochs = 2
    /// The learning rate of preference optimization.
    public static let preferenceLearningRate = 2e-7
    /// β of preference optimization.
    public static let preferenceBeta = 0.1
    /// How supervised fine-tuning joins the losses of tokens: it found a sum better than a mean.
    public static let supervisedReduction = LossReduction.sum
}
