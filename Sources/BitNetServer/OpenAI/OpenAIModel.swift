#if Server
import BitNetGeneration
import BitNetModels
import Hummingbird

/// `GET /v1/models` and `/v1/models/{model}`.
enum OpenAIModel {
    /// The model object, with what clients of llama.cpp read in `meta`, and the chat template in use.
    ///
    /// `sampling` has what holds for a request that does not say.
    static func json(_ model: ServedModel, _ parameters: GenerationParameters) -> JSONOutput {
        let configuration = model.language.model.configuration
        return [
            "id": .string(model.name),
            "object": "model",
            "created": .integer(model.created),
            "owned_by": "swift-bitnet",
            "meta": [
                "n_vocab": .integer(configuration.vocabularySize),
                "n_ctx": .integer(model.language.contextLength),
                "n_ctx_train": .integer(configuration.contextLength),
                "chat_template": .string(model.template.name),
                "sampling": json(parameters),
            ],
        ]
    }

    private static func json(_ parameters: GenerationParameters) -> JSONOutput {
        [
            "temperature": .literal("\(parameters.temperature)"),
            "top_p": .literal("\(parameters.topP)"),
            "top_k": .integer(parameters.topK),
            "min_p": .literal("\(parameters.minP)"),
            "repetition_penalty": .literal("\(parameters.repetitionPenalty)"),
            "max_tokens": parameters.maximumTokens.map { .integer($0) } ?? .null,
        ]
    }

    /// A part of a path with `%2F` and the like replaced by what they stand for (RFC 3986, 2.1).
    private static func withoutPercentSigns(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let first = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if first == UInt8(ascii: "%"), digits.count == 2, let byte = UInt8(digits, radix: 16) {
                bytes.append(byte)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(first)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func respond(to call: ServedCall) throws -> Response {
        let model = try call.model()
        // A name may hold what a path can't; it is sent as it is or with percent signs.
        let name = Self.withoutPercentSigns(call.parameter)
        guard name == model.name else {
            throw RequestError(
                .modelNotFound, "there is no model \(name) here; this server has \(model.name)",
                field: "model")
        }
        return .json(json(model, call.configuration.parameters))
    }
}
#endif
