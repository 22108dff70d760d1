/// Why a training run, or the preparation of its data, cannot go on.
public struct TrainingError: Error, CustomStringConvertible, Sendable {
    /// What kind of thing is wrong.
    public enum Code: String, Sendable {
        /// A file or folder is missing or cannot be read or written.
        case file
        /// Data that is empty, damaged or of another kind.
        case invalidData
        /// A setting out of range, or settings that contradict one another.
        case invalidConfiguration
        /// A model that cannot be trained.
        case unsupportedModel
        /// The loss, a gradient or a weight is not a number.
        case nonFinite
        /// Not enough memory.
        case memory
        /// Another process of the run failed.
        case communication
    }

    /// What kind of thing is wrong.
    public let code: Code
    /// The file concerned, "" when there is none.
    public let file: String
    /// What was found, what was expected, what to do.
    public let message: String

    /// An error.
    public init(_ code: Code, file: String = "", _ message: String) {
        self.code = code
        self.file = file
        self.message = message
    }

    /// The file and the message.
    public var description: String { file.isEmpty ? message : "\(file): \(message)" }
}
