#if Server
import BitNetGeneration
import BitNetTokenizers

/// What Ollama's requests have in common, and their fields as `/openapi.json` describes them.
enum OllamaFields {
    static let chat: [RequestField] =
        [
            .list("messages", of: "object", "The conversation so far."),
            .list("tools", of: "object", "Functions that the model may call."),
        ] + shared

    static let generate: [RequestField] =
        [
            .string("prompt", "The prompt."), .string("system", "What instructs the model."),
            .bool("raw", "Continue the prompt as it is, without a chat template."),
        ] + shared

    static let embed: [RequestField] = [
        .string("model", "The model's name."),
        RequestField("input", ["type": ["string", "array"]], "A text or several."),
        .bool("truncate", "Cut texts that are too long, instead of refusing them; true."),
    ]

    static let embeddings: [RequestField] = [
        .string("model", "The model's name."), .string("prompt", "The text."),
    ]

    static let show: [RequestField] = [.string("model", "The model's name.")]

    private static let shared: [RequestField] = [
        .string("model", "The model's name."),
        RequestField(
            "format", ["type": ["string", "object"]],
            "\"json\", or a JSON Schema that the text satisfies."),
        RequestField("options", ["type": "object"], "Length, sampling and stops."),
        .bool("stream", "Send the text as it comes, one JSON object a line; true."),
    ]

    /// The model that a request names, with or without the tag `latest`.
    static func model(
        _ fields: RequestFields, _ call: ServedCall
    ) throws(RequestError) -> ServedModel {
        var name = try fields.string("name")
        if let value = fields.value("model") { name = try value.string() }
        let tag = ":latest"
        return try call.model(
            named: name.map { $0.hasSuffix(tag) ? String($0.dropLast(tag.count)) : $0 })
    }

    /// `options`: the sampling fields are those of llama.cpp; what is about loading a model, such as
    /// `num_ctx`, is settled already and ignored.
    static func parameters(
        _ fields: RequestFields, _ defaults: GenerationParameters
    ) throws(RequestError) -> GenerationParameters {
        guard let options = try fields.object("options") else { return defaults }
        var parameters = try OpenAISampling.read(options, defaults: defaults)
        if let count = try options.integer("num_predict") {
            // -1 is no limit and -2 is to fill the context, which is the same here.
            parameters.maximumTokens = count < 0 ? nil : count
        }
        return parameters
    }

    /// `format`: `json` or a schema.
    static func shape(_ fields: RequestFields) throws(RequestError) -> ServedShape? {
        guard let value = fields.value("format") else { return nil }
        guard value.kind == .string else {
            guard value.kind == .object else { throw value.mismatch("\"json\" or a JSON Schema") }
            return OpenAIShape.schema(value)
        }
        switch try value.string() {
        case "": return nil
        case "json": return ServedShape(source: ServedShape.object, field: "format")
        default: throw value.mismatch("\"json\" or a JSON Schema")
        }
    }

    /// Throws for what can't be done here, by name.
    static func refuse(_ fields: RequestFields) throws(RequestError) {
        if let images = fields.value("images"), try !images.items("a list").isEmpty {
            throw .unsupported(fields.path(of: "images"), "this model reads text only")
        }
        if let think = fields.value("think"), think.json.bool != false {
            throw .unsupported("think", "this model does not think aloud; leave it out")
        }
        for (name, why) in [
            ("template", "the chat template is given when the server starts (--chat-template)"),
            ("suffix", "this model continues text and can't fill in"),
        ] {
            if let value = fields.value(name), try !value.string().isEmpty {
                throw .unsupported(name, why)
            }
        }
        if let context = fields.value("context"), try !context.items("a list").isEmpty {
            throw .unsupported("context", "send the conversation to /api/chat instead")
        }
    }
}
#endif
