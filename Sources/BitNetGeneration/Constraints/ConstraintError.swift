/// Why a schema, a grammar or a pattern can't constrain a generation.
public struct ConstraintError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of problem.
    public enum Code: String, Sendable {
        /// The text is not JSON, not a grammar, or not a regular expression.
        case malformed
        /// It is well-formed and asks for something that can't be honoured.
        case unsupported
        /// Nothing can satisfy it.
        case unsatisfiable
        /// A size is over a limit of `ConstraintLimits`.
        case tooLarge
        /// The text that was generated can't be continued with any token of the vocabulary.
        case stuck
    }

    /// The kind of problem.
    public let code: Code
    /// Where it is: a JSON pointer (`#/properties/a`), or `line:column` of a grammar.
    public let place: String
    /// What is there.
    public let found: String
    /// What could be there.
    public let expected: String

    /// Creates an error from its parts.
    public init(_ code: Code, place: String, found: String, expected: String) {
        self.code = code
        self.place = place
        self.found = found
        self.expected = expected
    }

    /// One sentence that says what was found, where, and what was expected.
    public var description: String { "\(place): found \(found); expected \(expected)." }
}
