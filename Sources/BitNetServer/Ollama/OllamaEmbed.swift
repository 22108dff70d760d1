#if Server
import BitNetGeneration
import BitNetModels
import BitNetTokenizers
import Hummingbird

/// `POST /api/embed` and the older `/api/embeddings`.
enum OllamaEmbed {
    static func respond(to call: ServedCall) async throws -> Response {
        let start = ContinuousClock.now
        _ = try call.model()
        let fields = try await call.readFields()
        let model = try OllamaFields.model(fields, call)
        let width = model.language.model.configuration.hiddenSize
        if let count = try fields.integer("dimensions"), count != width {
            throw RequestError.unsupported(
                "dimensions", "this model's vectors have \(width) numbers")
        }
        let truncates = try fields.bool("truncate") ?? true
        let texts = try texts(fields).map { text in
            let tokens = model.language.encode(text)
            return truncates ? Array(tokens.prefix(model.language.contextLength)) : tokens
        }
        let vectors = try await call.embed(texts, model, field: "input")
        return .json([
            "model": .string(model.name),
            "embeddings": .array(vectors.map { .vector($0.values) }),
            "total_duration": OllamaAnswer.nanoseconds(start.duration(to: .now) / .seconds(1)),
            "load_duration": 0,
            "prompt_eval_count": .integer(vectors.reduce(0) { $0 + $1.tokenCount }),
        ])
    }

    static func respondToOne(_ call: ServedCall) async throws -> Response {
        _ = try call.model()
        let fields = try await call.readFields()
        let model = try OllamaFields.model(fields, call)
        let text = try fields.required("prompt", "a string").string()
        let vectors = try await call.embed([model.language.encode(text)], model, field: "prompt")
        return .json(["embedding": .vector(vectors[0].values)])
    }

    private static func texts(_ fields: RequestFields) throws(RequestError) -> [String] {
        let expected = "a string or a list of strings"
        let value = try fields.required("input", expected)
        if value.kind == .string { return [try value.string()] }
        var texts: [String] = []
        for item in try value.items(expected) { texts.append(try item.string()) }
        return texts
    }
}
#endif
