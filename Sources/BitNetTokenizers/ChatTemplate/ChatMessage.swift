/// One message of a conversation, as chat templates see it.
public struct ChatMessage: Sendable, Equatable, Codable {
    /// Who speaks: `system`, `user`, `assistant`, or a role the template knows.
    public var role: String
    /// What is said, as plain text.
    public var content: String

    /// Creates a message of `role` saying `content`.
    public init(role: String, content: String) {
        self.role = role
        self.content = content
    }

    /// Creates a message that instructs the assistant.
    public static func system(_ content: String) -> ChatMessage {
        ChatMessage(role: "system", content: content)
    }

    /// Creates a message of the person.
    public static func user(_ content: String) -> ChatMessage {
        ChatMessage(role: "user", content: content)
    }

    /// Creates a message of the model.
    public static func assistant(_ content: String) -> ChatMessage {
        ChatMessage(role: "assistant", content: content)
    }
}
