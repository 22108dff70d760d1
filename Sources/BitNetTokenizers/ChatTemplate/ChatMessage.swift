/// One message of a conversation, as chat templates see it.
public struct ChatMessage: Sendable, Equatable {
    /// Who speaks: `system`, `user`, `assistant`, `tool`, or a role the template knows.
    public var role: String
    /// What is said, as plain text.
    public var content: String
    /// The calls that the assistant made in this message.
    public var toolCalls: [ToolCall] = []
    /// The call whose result this message is.
    public var toolCallID: String?
    /// The name of the speaker, or of the tool whose result this is.
    public var name: String?

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

    /// Creates a message of the model, with the calls it made.
    public static func assistant(_ content: String, calls: [ToolCall] = []) -> ChatMessage {
        var message = ChatMessage(role: "assistant", content: content)
        message.toolCalls = calls
        return message
    }

    /// Creates the result of a call.
    public static func tool(
        _ content: String, callID: String? = nil, name: String? = nil
    ) -> ChatMessage {
        var message = ChatMessage(role: "tool", content: content)
        message.toolCallID = callID
        message.name = name
        return message
    }
}

extension ChatMessage: Codable {
    private enum CodingKeys: String, CodingKey {
        case role, content, name
        case toolCalls = "tool_calls"
        case toolCallID = "tool_call_id"
    }

    /// Reads a message; all but `role` and `content` may be missing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        role = try container.decode(String.self, forKey: .role)
        content = try container.decode(String.self, forKey: .content)
        toolCalls = try container.decodeIfPresent([ToolCall].self, forKey: .toolCalls) ?? []
        toolCallID = try container.decodeIfPresent(String.self, forKey: .toolCallID)
        name = try container.decodeIfPresent(String.self, forKey: .name)
    }

    /// Writes a message, without what it does not have.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(role, forKey: .role)
        try container.encode(content, forKey: .content)
        if !toolCalls.isEmpty { try container.encode(toolCalls, forKey: .toolCalls) }
        try container.encodeIfPresent(toolCallID, forKey: .toolCallID)
        try container.encodeIfPresent(name, forKey: .name)
    }
}

extension TemplateValue {
    /// Creates the object of a message: `role` and `content`, and of `tool_calls`, `tool_call_id` and
    /// `name` what the message has.
    public init(_ message: ChatMessage) {
        var entries: [TemplateObject.Entry] = [
            .init(key: "role", value: .string(message.role)),
            .init(key: "content", value: .string(message.content)),
        ]
        if !message.toolCalls.isEmpty {
            let calls = message.toolCalls.map { TemplateValue($0) }
            entries.append(.init(key: "tool_calls", value: .array(calls)))
        }
        if let id = message.toolCallID {
            entries.append(.init(key: "tool_call_id", value: .string(id)))
        }
        if let name = message.name { entries.append(.init(key: "name", value: .string(name))) }
        self = .object(TemplateObject(entries: entries))
    }
}
