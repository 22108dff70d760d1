/// Why a chat template could not be read or rendered.
public struct ChatTemplateError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure.
    public enum Code: String, Sendable, Equatable {
        /// The template, or a JSON value given to it, is not well formed.
        case syntax
        /// The template uses a construct that this interpreter refuses.
        case unsupported
        /// The template used a variable or attribute that does not exist.
        case undefined
        /// An operation does not apply to the values it was given.
        case invalidOperation
        /// The template called `raise_exception`; `message` is what it said.
        case raised
        /// The template exceeded a bound on nesting, work or output.
        case limit
    }

    /// The kind of failure.
    public let code: Code
    /// What was found and what was expected; for `raised`, the template's own words.
    public let message: String
    /// The line of the template, counted from 1, where known.
    public let line: Int?
    /// The column of the template, counted from 1, for errors found while reading it.
    public let column: Int?

    /// Creates an error of `code` at a place of the template.
    public init(code: Code, message: String, line: Int? = nil, column: Int? = nil) {
        self.code = code
        self.message = message
        self.line = line
        self.column = column
    }

    /// The place and the message on one line.
    public var description: String {
        var place = "chat template"
        if let line { place += ", line \(line)" }
        if let column { place += ", column \(column)" }
        return "\(place): \(message)"
    }
}
