#if Server
import Hummingbird

/// Ollama's HTTP protocol.
///
/// Wire types after github.com/ollama/ollama, docs/api.md, as of 0.12. Streams are JSON objects on lines
/// of their own. There is one model, which can't be pulled, made or removed.
struct OllamaDialect: Dialect {
    /// The version of the protocol that clients are told; some refuse older ones.
    static let version = "0.12.0"

    /// What Ollama does to its store of models; there is none here.
    private static let refused = ["pull", "push", "create", "copy"]

    var routes: [Route] {
        let refusals = Self.refused.map { name in
            Route.post("/api/\(name)", "Refused: the server has one model.") { _ in
                throw Self.refusal(name)
            }
        }
        return answers + about + refusals + [
            Route(.delete, "/api/delete", "Refused: the server has one model.") { _ in
                throw Self.refusal("delete")
            }
        ]
    }

    private var answers: [Route] {
        [
            .post(
                "/api/chat", "The next message of a conversation, in Ollama's form.",
                fields: OllamaFields.chat
            ) { try await OllamaChat.respond(to: $0) },
            .post(
                "/api/generate", "The answer to a prompt, in Ollama's form.",
                fields: OllamaFields.generate
            ) { try await OllamaGenerate.respond(to: $0) },
            .post("/api/embed", "Texts as vectors, in Ollama's form.", fields: OllamaFields.embed) {
                try await OllamaEmbed.respond(to: $0)
            },
            .post(
                "/api/embeddings", "A text as a vector, in Ollama's older form.",
                fields: OllamaFields.embeddings
            ) { try await OllamaEmbed.respondToOne($0) },
        ]
    }

    private var about: [Route] {
        [
            .get("/api/tags", "The models, in Ollama's form.") {
                .json(["models": [OllamaModel.json(try $0.model())]])
            },
            .get("/api/ps", "The models that are loaded.") {
                .json(["models": [OllamaModel.running(try $0.model())]])
            },
            .post("/api/show", "One model.", fields: OllamaFields.show) {
                try await OllamaModel.show($0)
            },
            .get("/api/version", "The version of the protocol.") { _ in
                .json(["version": .string(Self.version)])
            },
        ]
    }

    func body(of error: RequestError) -> JSONOutput { ["error": .string(error.description)] }

    private static func refusal(_ name: String) -> RequestError {
        RequestError(
            .unsupported,
            "\(name): this server has one model, which was given when it was started "
                + "(bitnet serve MODEL)")
    }
}
#endif
