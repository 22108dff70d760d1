#if Server
import BitNetGeneration
import BitNetTokenizers

/// `system` and `messages`, whose content is a text or a list of blocks.
enum AnthropicConversation {
    static func read(_ fields: RequestFields) throws(RequestError) -> [ChatMessage] {
        var messages: [ChatMessage] = []
        if let system = fields.value("system") {
            messages.append(.system(try text(system)))
        }
        let expected = "a list of messages, with one at least"
        let value = try fields.required("messages", expected)
        let items = try value.items(expected)
        guard !items.isEmpty else { throw value.mismatch(expected) }
        for item in items { messages += try read(message: try item.object()) }
        return messages
    }

    /// A message; results of tools become messages of their own, in front of what else is said.
    private static func read(message: RequestFields) throws(RequestError) -> [ChatMessage] {
        let role = try message.required("role", "\"user\" or \"assistant\"")
        let content = try message.required("content", "a string or a list of blocks")
        switch try role.string() {
        case "user": return try user(content)
        case "assistant": return [try assistant(content)]
        default: throw role.mismatch("\"user\" or \"assistant\"")
        }
    }

    private static func user(_ content: RequestValue) throws(RequestError) -> [ChatMessage] {
        if content.kind == .string { return [.user(try content.string())] }
        var results: [ChatMessage] = []
        var texts: [String] = []
        for item in try content.items("a string or a list of blocks") {
            let block = try item.object()
            if try type(block) == "tool_result" {
                results.append(try result(block))
            } else {
                texts.append(try text(of: block))
            }
        }
        if texts.isEmpty, !results.isEmpty { return results }
        return results + [.user(texts.joined(separator: "\n"))]
    }

    private static func result(_ block: RequestFields) throws(RequestError) -> ChatMessage {
        let id = try block.required("tool_use_id", "a string").string()
        var text = ""
        if let content = block.value("content") { text = try self.text(content) }
        if try block.bool("is_error") ?? false { text = "Error: " + text }
        return .tool(text, callID: id)
    }

    private static func assistant(_ content: RequestValue) throws(RequestError) -> ChatMessage {
        if content.kind == .string { return .assistant(try content.string()) }
        var texts: [String] = []
        var calls: [ToolCall] = []
        for item in try content.items("a string or a list of blocks") {
            let block = try item.object()
            switch try type(block) {
            case "tool_use": calls.append(try call(block))
            case "thinking", "redacted_thinking": break
            default: texts.append(try text(of: block))
            }
        }
        return .assistant(texts.joined(separator: "\n"), calls: calls)
    }

    private static func call(_ block: RequestFields) throws(RequestError) -> ToolCall {
        let input = try block.required("input", "an object")
        guard input.kind == .object else { throw input.mismatch("an object") }
        return ToolCall(
            id: try block.required("id", "a string").string(),
            name: try block.required("name", "a string").string(),
            arguments: input.json.sourceText)
    }

    /// A text, or the texts of blocks.
    private static func text(_ value: RequestValue) throws(RequestError) -> String {
        if value.kind == .string { return try value.string() }
        var texts: [String] = []
        for item in try value.items("a string or a list of text blocks") {
            texts.append(try text(of: try item.object()))
        }
        return texts.joined(separator: "\n")
    }

    private static func type(_ block: RequestFields) throws(RequestError) -> String {
        try block.required("type", "the type of a block").string()
    }

    private static func text(of block: RequestFields) throws(RequestError) -> String {
        let type = try type(block)
        guard type == "text" else {
            throw .unsupported(
                block.path(of: "type"),
                "this model reads text only, not \(type.prefix(40)) blocks here")
        }
        return try block.required("text", "a string").string()
    }
}
#endif
