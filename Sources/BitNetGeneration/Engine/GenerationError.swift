/// Why a generation can't start or go on.
public struct GenerationError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    public enum Code: Sendable {
        /// There is nothing to continue.
        case emptyPrompt
        /// The prompt does not fit the context.
        case contextFull
        /// The model has no chat template.
        case noChatTemplate
        /// The chat is still answering.
        case busy
        /// As many requests wait as may.
        case queueFull
        /// The model was not made for embeddings.
        case noEmbeddings
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
