/// A field of `GenerationParameters` that has a value which cannot be used.
public struct GenerationParameterError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The name of the field, as in `GenerationParameters`.
    public let field: String

    /// The value that was found.
    public let found: String

    /// The values that the field may have.
    public let expected: String

    /// Creates an error for one field.
    public init(field: String, found: String, expected: String) {
        self.field = field
        self.found = found
        self.expected = expected
    }

    /// A sentence with the field, the value found and the values allowed.
    public var description: String {
        "Generation parameter '\(field)' is \(found); it must be \(expected)."
    }
}
