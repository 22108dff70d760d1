#if Server
import BitNetGeneration
import BitNetTokenizers
import Hummingbird

/// `POST /api/chat`.
enum OllamaChat {
    static func respond(to call: ServedCall) async throws -> Response {
        _ = try call.model()
        let fields = try await call.readFields()
        let model = try OllamaFields.model(fields, call)
        try OllamaFields.refuse(fields)
        let answer = OllamaAnswer(model: model.name, isChat: true)
        let messages = try messages(fields)
        guard !messages.isEmpty else { return .json(answer.loaded()) }
        var request = ServedRequest(
            prompts: [.chat(messages)],
            parameters: try OllamaFields.parameters(fields, call.configuration.parameters))
        request.tools = try OpenAITools.read(fields)
        request.shape = try OllamaFields.shape(fields)
        return try await answer.respond(to: call, fields, request, model)
    }

    private static func messages(_ fields: RequestFields) throws(RequestError) -> [ChatMessage] {
        var messages: [ChatMessage] = []
        for item in try fields.value("messages")?.items("a list of messages") ?? [] {
            let message = try item.object()
            try OllamaFields.refuse(message)
            messages.append(try read(message, after: messages))
        }
        return messages
    }

    /// A message; results name their tool and no call, so that they belong to the calls in order.
    private static func read(
        _ fields: RequestFields, after earlier: [ChatMessage]
    ) throws(RequestError) -> ChatMessage {
        let role = try fields.required("role", "a string")
        var message = ChatMessage(
            role: try role.string(), content: try fields.string("content") ?? "")
        switch message.role {
        case "system", "user": break
        case "assistant": message.toolCalls = try calls(fields, count: earlier.count)
        case "tool":
            for name in ["name", "tool_name"] {
                if let value = fields.value(name) { message.name = try value.string() }
            }
            message.toolCallID = try fields.string("tool_call_id") ?? callID(earlier)
        default: throw role.mismatch("\"system\", \"user\", \"assistant\" or \"tool\"")
        }
        return message
    }

    /// The first call of the last message with calls that has no result yet.
    private static func callID(_ earlier: [ChatMessage]) -> String? {
        let results = earlier.reversed().prefix { $0.role == "tool" }.count
        guard let caller = earlier.dropLast(results).last else { return nil }
        return caller.toolCalls.dropFirst(results).first?.id
    }

    /// `[{"function": {"name", "arguments": {…}}}]`.
    private static func calls(
        _ fields: RequestFields, count: Int
    ) throws(RequestError) -> [ToolCall] {
        var calls: [ToolCall] = []
        for item in try fields.value("tool_calls")?.items("a list of calls") ?? [] {
            let call = try item.object()
            let function = try call.required("function", "an object").object()
            let arguments = function.value("arguments")
            calls.append(
                ToolCall(
                    id: try call.string("id") ?? "call_\(count)_\(calls.count)",
                    name: try function.required("name", "a string").string(),
                    arguments: arguments?.json.string ?? arguments?.json.sourceText ?? "{}"))
        }
        return calls
    }
}
#endif
