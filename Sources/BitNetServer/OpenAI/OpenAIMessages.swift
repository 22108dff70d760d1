#if Server
import BitNetTokenizers

/// The `messages` of a chat.
enum OpenAIMessages {
    private static let roles = ["system", "developer", "user", "assistant", "tool"]

    /// The conversation of a request; `developer`, OpenAI's newer word for it, counts as `system`.
    static func read(_ fields: RequestFields) throws(RequestError) -> [ChatMessage] {
        let expected = "a list of messages, with one at least"
        let value = try fields.required("messages", expected)
        let items = try value.items(expected)
        guard !items.isEmpty else { throw value.mismatch(expected) }
        var messages: [ChatMessage] = []
        for item in items { messages.append(try message(try item.object())) }
        return messages
    }

    private static func message(_ fields: RequestFields) throws(RequestError) -> ChatMessage {
        let expected = "one of " + roles.joined(separator: ", ")
        let value = try fields.required("role", expected)
        let role = try value.string()
        guard roles.contains(role) else { throw value.mismatch(expected) }
        var message = ChatMessage(
            role: role == "developer" ? "system" : role, content: try content(fields, role))
        if role == "assistant" { message.toolCalls = try OpenAITools.calls(fields) }
        if role == "tool" {
            message.toolCallID = try fields.required("tool_call_id", "a string").string()
            message.name = try fields.string("name")
        }
        return message
    }

    private static func content(
        _ fields: RequestFields, _ role: String
    ) throws(RequestError) -> String {
        guard let value = fields.value("content") else {
            if role == "assistant" { return "" }
            throw .invalid(
                fields.path(of: "content"), found: "nothing",
                expected: "a string or a list of text parts")
        }
        if value.kind == .string { return try value.string() }
        var text = ""
        for part in try value.items("a string or a list of text parts") {
            text += try self.text(of: try part.object())
        }
        return text
    }

    private static func text(of part: RequestFields) throws(RequestError) -> String {
        let type = try part.required("type", "\"text\"").string()
        switch type {
        case "text": return try part.required("text", "a string").string()
        case "refusal": return try part.required("refusal", "a string").string()
        case "image_url", "input_audio", "file", "image", "video_url":
            throw .unsupported(
                part.path(of: "type"), "this model reads text only, not \(type) parts")
        default:
            throw .invalid(
                part.path(of: "type"), found: "\"\(type.prefix(40))\"", expected: "\"text\"")
        }
    }
}
#endif
