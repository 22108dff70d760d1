#if Server
import BitNetGeneration
import BitNetTokenizers

/// A request of `/v1/messages` as one without a dialect.
enum AnthropicRequest {
    static func read(
        _ fields: RequestFields, _ configuration: ServerConfiguration
    ) throws(RequestError) -> ServedRequest {
        var parameters = configuration.parameters
        parameters.maximumTokens = try fields.required("max_tokens", "an integer of at least 1")
            .integer(1 ... .max)
        if let value = try fields.number("temperature", 0...1e30) {
            parameters.temperature = value
        }
        if let value = try fields.number("top_p", 0...1) { parameters.topP = value }
        if let value = try fields.integer("top_k", 0 ... .max) { parameters.topK = value }
        let stops = try fields.value("stop_sequences")?.items("a list of strings") ?? []
        if !stops.isEmpty { parameters.stopStrings = [] }
        for stop in stops {
            let text = try stop.string()
            guard !text.isEmpty else { throw stop.mismatch("a string that is not empty") }
            parameters.stopStrings.append(text)
        }
        if let thinking = try fields.object("thinking"),
            try thinking.required("type", "\"disabled\"").string() != "disabled"
        {
            throw .unsupported("thinking", "this model does not think aloud; leave it out")
        }
        var request = ServedRequest(
            prompts: [.chat(try AnthropicConversation.read(fields))], parameters: parameters)
        request.tools = try tools(fields)
        return request
    }

    /// `tools` and `tool_choice`; nil where the model is to use none.
    static func tools(_ fields: RequestFields) throws(RequestError) -> ServedTools? {
        var definitions: [ToolDefinition] = []
        for item in try fields.value("tools")?.items("a list of tools") ?? [] {
            let tool = try item.object()
            if let type = try tool.string("type"), type != "custom" {
                throw .unsupported(
                    tool.path(of: "type"),
                    "this server has no tools of its own, such as \(type.prefix(40)); send the "
                        + "input_schema of yours")
            }
            definitions.append(
                try ServedTools.definition(
                    name: try tool.required("name", "a string"),
                    description: try tool.string("description"),
                    parameters: try tool.required("input_schema", "a JSON Schema")))
        }
        var tools = ServedTools(definitions: definitions)
        if let choice = try fields.object("tool_choice") {
            tools.choice = try self.choice(choice)
            tools.allowsParallelCalls = try !(choice.bool("disable_parallel_tool_use") ?? false)
        }
        return try tools.validated()
    }

    private static func choice(_ fields: RequestFields) throws(RequestError) -> ToolChoice {
        let type = try fields.required("type", "a string")
        switch try type.string() {
        case "auto": return .automatic
        case "any": return .required
        case "none": return ToolChoice.none
        case "tool": return .named(try fields.required("name", "the name of a tool").string())
        default: throw type.mismatch("\"auto\", \"any\", \"tool\" or \"none\"")
        }
    }
}
#endif
