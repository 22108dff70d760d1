/// Why a model can't be evaluated on a text.
public struct EvaluationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    public enum Code: Sendable {
        /// The text has fewer tokens than one window.
        case textTooShort
        /// The window is too short to score anything.
        case windowTooShort
        /// The protocol needs a begin-of-text token and the model has none.
        case noBeginningOfText
        /// The model gave logits that are no numbers.
        case notFinite
    }

    /// What kind of failure this is.
    public let code: Code
    /// What was found, what was expected and what to do.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
