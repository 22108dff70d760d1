public import BitNetTokenizers

/// A conversation to learn from.
public struct Conversation: Sendable, Equatable {
    /// What is said, in order.
    public var messages: [ChatMessage]
    /// The indices of the messages that are learned, ascending; all are the assistant's.
    public var answers: [Int]

    /// A conversation of which all the assistant's messages are learned.
    public init(_ messages: [ChatMessage]) {
        self.init(messages, answers: messages.indices.filter { messages[$0].role == "assistant" })
    }

    /// A conversation of which some messages are learned.
    init(_ messages: [ChatMessage], answers: [Int]) {
        self.messages = messages
        self.answers = answers
    }
}

/// Two answers to one prompt, of which one is preferred.
public struct Preference: Sendable, Equatable {
    /// The conversation before the answer.
    public var prompt: [ChatMessage]
    /// The preferred answer.
    public var chosen: ChatMessage
    /// The other answer.
    public var rejected: ChatMessage

    /// Two answers to a prompt.
    public init(prompt: [ChatMessage], chosen: ChatMessage, rejected: ChatMessage) {
        self.prompt = prompt
        self.chosen = chosen
        self.rejected = rejected
    }
}
