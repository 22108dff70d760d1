/// Why a checkpoint is no model that can be run, or why a model can't run an input.
public struct ModelError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    public enum Code: Sendable {
        /// There is no checkpoint at the path.
        case notFound
        /// A configuration value is missing, of the wrong type or out of range.
        case invalidConfiguration
        /// The architecture, quantisation or an option of it is not supported.
        case unsupported
        /// A tensor is missing, of the wrong shape or of a type that can't be used there.
        case invalidTensor
        /// A format can't hold the values as they are.
        case unrepresentable
        /// The system has not enough memory.
        case outOfMemory
        /// A token id is outside the vocabulary.
        case invalidToken
        /// The sequence has no room for the tokens.
        case contextFull
    }

    /// What kind of failure this is.
    public let code: Code
    /// The path of the checkpoint, "" when none is concerned.
    public let file: String
    /// What was found, what was expected and what to do.
    public let message: String

    /// An error of `code` about `file`.
    public init(_ code: Code, file: String = "", _ message: String) {
        self.code = code
        self.file = file
        self.message = message
    }

    /// The file and the message.
    public var description: String { file.isEmpty ? message : "\(file): \(message)" }
}
