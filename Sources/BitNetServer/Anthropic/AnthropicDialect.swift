#if Server
import Hummingbird

/// Anthropic's Messages API.
///
/// Wire types after the API reference (docs.anthropic.com/en/api/messages, /messages-streaming,
/// /messages-count-tokens and /errors) as of 2025-11. The header `anthropic-version` makes no
/// difference: there is one version.
struct AnthropicDialect: Dialect {
    var routes: [Route] {
        [
            .post(
                "/v1/messages", "The next message of a conversation, in Anthropic's form.",
                fields: AnthropicFields.message
            ) { try await AnthropicMessages.respond(to: $0) },
            .post(
                "/v1/messages/count_tokens", "The tokens that a request of /v1/messages takes.",
                fields: AnthropicFields.shared
            ) { try await AnthropicMessages.count(for: $0) },
        ]
    }

    func body(of error: RequestError) -> JSONOutput {
        let type =
            switch error.kind {
            case .unauthorized: "authentication_error"
            case .notFound, .modelNotFound: "not_found_error"
            case .tooLarge: "request_too_large"
            case .busy: "rate_limit_error"
            case .unavailable: "overloaded_error"
            case .timeout: "timeout_error"
            case .internalFailure: "api_error"
            default: "invalid_request_error"
            }
        return [
            "type": "error",
            "error": ["type": .string(type), "message": .string(error.description)],
        ]
    }
}

/// The fields of Anthropic's requests, as `/openapi.json` describes them.
enum AnthropicFields {
    static let message: [RequestField] =
        [
            .integer("max_tokens", "The most tokens to generate; must be given.", from: 1),
            RequestField(
                "stop_sequences", ["type": "array", "items": ["type": "string"]],
                "Strings that end the text."),
            .number("temperature", "0 takes the most likely token every time.", from: 0),
            .number("top_p", "Keep the likeliest tokens up to this probability.", from: 0, to: 1),
            .integer("top_k", "Keep so many of the likeliest tokens.", from: 0),
            .bool("stream", "Send the text as it comes, as server-sent events."),
        ] + shared

    static let shared: [RequestField] = [
        .string("model", "The model's name."),
        .list("messages", of: "object", "The conversation so far.", isRequired: true),
        RequestField("system", ["type": ["string", "array"]], "What instructs the model."),
        .list("tools", of: "object", "Tools that the model may use."),
        RequestField("tool_choice", ["type": "object"], "auto, any, none, or the tool to use."),
    ]
}
#endif
