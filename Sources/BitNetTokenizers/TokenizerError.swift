/// What was wrong with a tokenizer's description.
///
/// Thrown while a tokenizer is built. Encoding and decoding never fail.
public struct TokenizerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of problem.
    public enum Code: String, Sendable {
        /// The bytes are not JSON.
        case malformedJSON
        /// A size or a depth is over the limit of this reader.
        case limitExceeded
        /// A value that is needed is not there.
        case missingValue
        /// A value has a type or a content that is not allowed.
        case wrongValue
        /// A well-formed description asks for something this module does not do.
        case unsupported
        /// Tokens, ids and merges contradict one another.
        case inconsistentVocabulary
    }

    /// The kind of problem.
    public let code: Code
    /// Where it is: a file and a path of keys, such as `tokenizer.json: model.merges[3]`.
    public let place: String
    /// What is there.
    public let found: String
    /// What should be there.
    public let expected: String
    /// The offset in bytes from the beginning of the file, if it is known.
    public let byteOffset: Int?

    /// Creates an error from its parts.
    public init(
        code: Code, place: String, found: String, expected: String, byteOffset: Int? = nil
    ) {
        self.code = code
        self.place = place
        self.found = found
        self.expected = expected
        self.byteOffset = byteOffset
    }

    /// One sentence that says what was found, where, and what was expected.
    public var description: String {
        let position = byteOffset.map { " (byte \($0))" } ?? ""
        return "\(place)\(position): found \(found); expected \(expected)."
    }
}
