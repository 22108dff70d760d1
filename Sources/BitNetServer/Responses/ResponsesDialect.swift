#if Server
import Hummingbird

/// OpenAI's Responses API.
///
/// Wire types after the API reference (platform.openai.com/docs/api-reference/responses and
/// /responses-streaming) as of 2025-11. The server keeps nothing between requests: `store` makes no
/// difference, and what needs kept responses is refused by name.
struct ResponsesDialect: Dialect {
    var routes: [Route] {
        [
            .post(
                "/v1/responses", "The next items of a conversation, in OpenAI's newer form.",
                fields: Self.fields
            ) { try await Responses.respond(to: $0) }
        ]
    }

    func body(of error: RequestError) -> JSONOutput { OpenAIDialect().body(of: error) }

    private static let fields: [RequestField] = [
        RequestField(
            "input", ["type": ["string", "array"]], "A text, or the items so far.",
            isRequired: true),
        .string("model", "The model's name."),
        .string("instructions", "What instructs the model."),
        .list("tools", of: "object", "Functions that the model may call."),
        RequestField(
            "tool_choice", ["type": ["string", "object"]],
            "none, auto, required, or the function to call."),
        .bool("parallel_tool_calls", "Whether there may be several calls; true."),
        RequestField("text", ["type": "object"], "The format: text, json_object, json_schema."),
        .integer("max_output_tokens", "The most tokens to generate.", from: 1),
        .number("temperature", "0 takes the most likely token every time.", from: 0),
        .number("top_p", "Keep the likeliest tokens up to this probability.", from: 0, to: 1),
        .bool("stream", "Send the items as they come, as server-sent events."),
    ]
}
#endif
