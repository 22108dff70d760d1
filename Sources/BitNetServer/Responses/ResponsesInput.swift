#if Server
import BitNetGeneration
import BitNetTokenizers

/// `instructions` and `input`: a text, or a list of messages, calls and their results.
enum ResponsesInput {
    static func read(_ fields: RequestFields) throws(RequestError) -> [ChatMessage] {
        var messages: [ChatMessage] = []
        if let text = try fields.string("instructions") { messages.append(.system(text)) }
        let expected = "a string or a list of items, with one at least"
        let input = try fields.required("input", expected)
        if input.kind == .string { return messages + [.user(try input.string())] }
        let items = try input.items(expected)
        guard !items.isEmpty else { throw input.mismatch(expected) }
        for item in items { try read(item: try item.object(), into: &messages) }
        return messages
    }

    private static func read(
        item: RequestFields, into messages: inout [ChatMessage]
    ) throws(RequestError) {
        switch try item.string("type") ?? "message" {
        case "message": messages.append(try message(item))
        case "function_call": add(try call(item), to: &messages)
        case "function_call_output":
            let id = try item.required("call_id", "a string").string()
            let output = try item.required("output", "a string or a list of text parts")
            messages.append(.tool(try text(output), callID: id))
        case "reasoning": break
        default:
            throw .unsupported(
                item.path(of: "type"),
                "this server reads messages, function calls and their outputs, not "
                    + "\((try item.string("type") ?? "").prefix(40))")
        }
    }

    private static func message(_ item: RequestFields) throws(RequestError) -> ChatMessage {
        let role = try item.required("role", "a string")
        let content = try item.required("content", "a string or a list of text parts")
        switch try role.string() {
        case "system", "developer": return .system(try text(content))
        case "user": return .user(try text(content))
        case "assistant": return .assistant(try text(content))
        default: throw role.mismatch("\"system\", \"developer\", \"user\" or \"assistant\"")
        }
    }

    private static func call(_ item: RequestFields) throws(RequestError) -> ToolCall {
        ToolCall(
            id: try item.required("call_id", "a string").string(),
            name: try item.required("name", "a string").string(),
            arguments: try item.required("arguments", "a string").string())
    }

    /// Calls belong to the message of the assistant in front of them.
    private static func add(_ call: ToolCall, to messages: inout [ChatMessage]) {
        if messages.last?.role == "assistant" {
            messages[messages.count - 1].toolCalls.append(call)
        } else {
            messages.append(.assistant("", calls: [call]))
        }
    }

    private static func text(_ value: RequestValue) throws(RequestError) -> String {
        if value.kind == .string { return try value.string() }
        var text = ""
        for item in try value.items("a string or a list of text parts") {
            let part = try item.object()
            let type = try part.required("type", "the type of a part").string()
            switch type {
            case "input_text", "output_text", "text":
                text += try part.required("text", "a string").string()
            case "refusal": text += try part.required("refusal", "a string").string()
            default:
                throw .unsupported(
                    part.path(of: "type"),
                    "this model reads text only, not \(type.prefix(40)) parts")
            }
        }
        return text
    }
}
#endif
