#if Server
import Hummingbird

/// OpenAI's HTTP protocol: models, chat completions, completions and embeddings.
///
/// Wire types after the API reference (platform.openai.com/docs/api-reference) as of 2025-11; the
/// extra sampling fields are those of llama.cpp's server.
struct OpenAIDialect: Dialect {
    var routes: [Route] {
        [
            .get("/v1/models", "The models, of which there is one.") { call in
                let model = OpenAIModel.json(try call.model(), call.configuration.parameters)
                return .json(["object": "list", "data": [model]])
            },
            .get("/v1/models/{model}", "One model.") { try OpenAIModel.respond(to: $0) },
            .post(
                "/v1/chat/completions", "The next message of a conversation.",
                fields: OpenAIFields.chat
            ) { try await OpenAIChat.respond(to: $0) },
            .post(
                "/v1/completions", "Texts that continue prompts.",
                fields: OpenAIFields.completion
            ) { try await OpenAICompletions.respond(to: $0) },
            .post(
                "/v1/embeddings", "Texts as vectors.", fields: OpenAIEmbeddings.fields
            ) { try await OpenAIEmbeddings.respond(to: $0) },
        ]
    }

    func body(of error: RequestError) -> JSONOutput {
        let type =
            switch error.status {
            case 401: "authentication_error"
            case 429: "rate_limit_error"
            case 500...: "server_error"
            default: "invalid_request_error"
            }
        return [
            "error": [
                "message": .string(error.description),
                "type": .string(type),
                "param": .optional(error.field),
                "code": .optional(code(error)),
            ]
        ]
    }

    private func code(_ error: RequestError) -> String? {
        switch error.kind {
        case .invalid: nil
        case .unsupported: "unsupported_parameter"
        case .contextLength: "context_length_exceeded"
        case .unauthorized: "invalid_api_key"
        case .notFound: "unknown_url"
        case .modelNotFound: "model_not_found"
        case .methodNotAllowed: "method_not_allowed"
        case .slowRequest: "request_timeout"
        case .tooLarge: "request_too_large"
        case .busy: "queue_full"
        case .clientGone: "client_closed_request"
        case .internalFailure: "internal_error"
        case .unavailable: "unavailable"
        case .timeout: "timeout"
        }
    }
}
#endif
