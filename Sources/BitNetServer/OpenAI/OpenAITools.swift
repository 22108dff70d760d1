#if Server
import BitNetGeneration
import BitNetTokenizers

/// `tools`, `tool_choice` and `parallel_tool_calls` of chat completions.
enum OpenAITools {
    /// The tools of a request; nil where the model is to call none.
    static func read(_ fields: RequestFields) throws(RequestError) -> ServedTools? {
        if let value = fields.value("functions"), try !value.items("a list").isEmpty {
            throw .unsupported("functions", "it was replaced by tools; send these instead")
        }
        var definitions: [ToolDefinition] = []
        for item in try fields.value("tools")?.items("a list of tools") ?? [] {
            definitions.append(try definition(try item.object()))
        }
        var tools = ServedTools(definitions: definitions)
        if let choice = fields.value("tool_choice") { tools.choice = try self.choice(choice) }
        tools.allowsParallelCalls = try fields.bool("parallel_tool_calls") ?? true
        return try tools.validated()
    }

    /// `{"type": "function", "function": {"name", "description", "parameters", "strict"}}`.
    ///
    /// Arguments always satisfy the schema, strict or not.
    private static func definition(
        _ tool: RequestFields
    ) throws(RequestError) -> ToolDefinition {
        try requireFunction(tool)
        let function = try tool.required("function", "an object").object()
        return try ServedTools.definition(
            name: try function.required("name", "a string"),
            description: try function.string("description"),
            parameters: function.value("parameters"))
    }

    /// Throws unless the tool, or the choice of one, is a function.
    static func requireFunction(_ tool: RequestFields) throws(RequestError) {
        let type = try tool.required("type", "\"function\"").string()
        guard type == "function" else {
            throw .unsupported(
                tool.path(of: "type"), "this server calls functions, not \(type.prefix(40))")
        }
    }

    private static func choice(_ value: RequestValue) throws(RequestError) -> ToolChoice {
        if let choice = try word(value) { return choice }
        let fields = try value.object()
        try requireFunction(fields)
        let function = try fields.required("function", "an object").object()
        return .named(try function.required("name", "the name of a tool").string())
    }

    /// `auto`, `required` or `none`; nil for what is no string.
    static func word(_ value: RequestValue) throws(RequestError) -> ToolChoice? {
        guard value.kind == .string else { return nil }
        switch value.json.string {
        case "auto": return .automatic
        case "required": return .required
        case "none": return ToolChoice.none
        default:
            throw value.mismatch("\"none\", \"auto\", \"required\" or an object that names a tool")
        }
    }

    /// `tool_calls` of a message of the assistant.
    static func calls(_ message: RequestFields) throws(RequestError) -> [ToolCall] {
        if message.value("function_call") != nil {
            throw .unsupported(
                message.path(of: "function_call"),
                "it was replaced by tool_calls; send these instead")
        }
        var calls: [ToolCall] = []
        for item in try message.value("tool_calls")?.items("a list of calls") ?? [] {
            let fields = try item.object()
            let function = try fields.required("function", "an object").object()
            calls.append(
                ToolCall(
                    id: try fields.string("id") ?? "",
                    name: try function.required("name", "a string").string(),
                    arguments: try function.string("arguments") ?? "{}"))
        }
        return calls
    }

    /// The calls of an answer.
    static func json(_ calls: [ToolCall]) -> JSONOutput {
        .array(
            calls.map { call in
                [
                    "id": .string(call.id), "type": "function",
                    "function": [
                        "name": .string(call.name), "arguments": .string(call.arguments),
                    ],
                ]
            })
    }

    /// The delta of an event of a call; nil for its end.
    static func delta(_ kind: ServedEvent.Kind) -> JSONOutput? {
        switch kind {
        case .callBegin(let index, let id, let name):
            return [
                "tool_calls": [
                    [
                        "index": .integer(index), "id": .string(id), "type": "function",
                        "function": ["name": .string(name), "arguments": ""],
                    ]
                ]
            ]
        case .callArguments(let index, let text):
            return [
                "tool_calls": [
                    ["index": .integer(index), "function": ["arguments": .string(text)]]
                ]
            ]
        default: return nil
        }
    }
}
#endif
