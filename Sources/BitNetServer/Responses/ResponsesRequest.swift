#if Server
import BitNetGeneration
import BitNetTokenizers

/// A request of `/v1/responses` as one without a dialect.
enum ResponsesRequest {
    static func read(
        _ fields: RequestFields, _ configuration: ServerConfiguration
    ) throws(RequestError) -> ServedRequest {
        try refuse(fields)
        var parameters = try OpenAISampling.read(fields, defaults: configuration.parameters)
        if let count = try fields.integer("max_output_tokens", 1 ... .max) {
            parameters.maximumTokens = count
        }
        var request = ServedRequest(
            prompts: [.chat(try ResponsesInput.read(fields))], parameters: parameters)
        request.promptField = "input"
        request.tools = try tools(fields)
        request.shape = try shape(fields)
        return request
    }

    /// What needs a server that keeps responses, or does more than generate text.
    private static func refuse(_ fields: RequestFields) throws(RequestError) {
        for name in ["previous_response_id", "conversation", "prompt"]
        where fields.value(name) != nil {
            throw .unsupported(
                name, "this server keeps no responses; send the whole conversation as input")
        }
        if try fields.bool("background") ?? false {
            throw .unsupported("background", "this server answers while the client waits")
        }
    }

    /// `{"type": "function", "name", "description", "parameters", "strict"}`.
    private static func tools(_ fields: RequestFields) throws(RequestError) -> ServedTools? {
        var definitions: [ToolDefinition] = []
        for item in try fields.value("tools")?.items("a list of tools") ?? [] {
            let tool = try item.object()
            try OpenAITools.requireFunction(tool)
            definitions.append(
                try ServedTools.definition(
                    name: try tool.required("name", "a string"),
                    description: try tool.string("description"),
                    parameters: tool.value("parameters")))
        }
        var tools = ServedTools(definitions: definitions)
        if let value = fields.value("tool_choice") {
            if let choice = try OpenAITools.word(value) {
                tools.choice = choice
            } else {
                let choice = try value.object()
                try OpenAITools.requireFunction(choice)
                tools.choice = .named(
                    try choice.required("name", "the name of a tool").string())
            }
        }
        tools.allowsParallelCalls = try fields.bool("parallel_tool_calls") ?? true
        return try tools.validated()
    }

    /// `text.format`.
    private static func shape(_ fields: RequestFields) throws(RequestError) -> ServedShape? {
        guard let format = try fields.object("text")?.object("format") else { return nil }
        let type = try format.required("type", "a string")
        switch try type.string() {
        case "text": return nil
        case "json_object": return ServedShape(source: ServedShape.object, field: format.path)
        case "json_schema":
            return OpenAIShape.schema(try format.required("schema", "a JSON Schema"))
        default: throw type.mismatch("\"text\", \"json_object\" or \"json_schema\"")
        }
    }
}
#endif
