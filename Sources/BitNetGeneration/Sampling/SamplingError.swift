/// A row of logits from which no token can be drawn.
public struct SamplingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong with the logits.
    public enum Code: Sendable, Equatable {
        /// There are not as many logits as the vocabulary has tokens.
        case wrongCount(expected: Int, found: Int)
        /// The logit of this token, the first such, is not a number.
        case notANumber(token: Int32)
        /// Every logit is minus infinity: every token is banned.
        case noTokenLeft
    }

    /// What is wrong with the logits.
    public let code: Code

    /// Creates an error with the given code.
    public init(_ code: Code) {
        self.code = code
    }

    /// A sentence that says what was found, what was expected and what to do.
    public var description: String {
        switch code {
        case .wrongCount(let expected, let found):
            "The sampler was given \(found) logits, but its vocabulary has \(expected) tokens; "
                + "create it with the vocabulary size of the model."
        case .notANumber(let token):
            "The logit of token \(token) is not a number; the model's weights or scales are "
                + "probably damaged, so check the model file."
        case .noTokenLeft:
            "Every logit is minus infinity, so no token can be drawn; ban fewer tokens with "
                + "'logitBias', or check the model file."
        }
    }
}
