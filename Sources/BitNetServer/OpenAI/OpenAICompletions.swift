#if Server
import BitNetGeneration
import BitNetTokenizers
import Hummingbird

/// `POST /v1/completions`.
enum OpenAICompletions {
    /// Tokens of a text where neither the request nor the server says, as at OpenAI.
    static let defaultLength = 16

    static func respond(to call: ServedCall) async throws -> Response {
        _ = try call.model()
        let fields = try await call.readFields()
        let model = try call.model(named: try fields.string("model"))
        let request = try request(fields, call.configuration)
        let answer = OpenAIAnswer(
            idPrefix: "cmpl-", object: "text_completion", model: model,
            options: try OpenAIStreamOptions(fields))
        let completion = try call.complete(request, model)
        let shape = OpenAIChoiceShape(
            completion, request, echo: try fields.bool("echo") ?? false)
        if answer.options.isStream {
            return call.stream(completion, OpenAICompletionStream(answer, shape))
        }
        let (choices, usage) = try await call.collect(completion)
        var index = -1
        return .json(
            answer.json(choices, usage) { choice in
                index += 1
                return shape.json(choice, index)
            })
    }

    /// What a client asks for, without its dialect.
    static func request(
        _ fields: RequestFields, _ configuration: ServerConfiguration
    ) throws(RequestError) -> ServedRequest {
        var parameters = try OpenAISampling.read(fields, defaults: configuration.parameters)
        let hasLength = ["max_tokens", "max_completion_tokens"].contains { fields.value($0) != nil }
        if !hasLength, parameters.maximumTokens == nil {
            parameters.maximumTokens = defaultLength
        }
        var request = ServedRequest(prompts: try prompts(fields), parameters: parameters)
        request.promptField = "prompt"
        request.shape = try OpenAIShape.read(fields)
        request.choices = try OpenAISampling.choices(fields)
        request.alternatives = try fields.integer(
            "logprobs", 0...GenerationRequest.alternativesLimit)
        if try fields.bool("echo") ?? false, request.alternatives != nil {
            request.reportsPrompt = true
        }
        if let best = try fields.integer("best_of", 1...128), best > request.choices {
            throw .unsupported(
                "best_of", "this server keeps every text it writes; ask for as many with n")
        }
        if let suffix = try fields.string("suffix"), !suffix.isEmpty {
            throw .unsupported("suffix", "this model continues text and can't fill in")
        }
        return request
    }

    /// A text, tokens, or a list of either.
    private static func prompts(
        _ fields: RequestFields
    ) throws(RequestError) -> [ServedRequest.Prompt] {
        let expected = "a string, a list of token ids, or a list of either"
        let value = try fields.required("prompt", expected)
        if value.kind == .string { return [.text(try value.string())] }
        let items = try value.items(expected)
        if items.first?.kind == .number { return [.tokens(try tokens(items))] }
        guard items.count <= ServedRequest.choiceLimit else {
            throw .invalid(
                value.path, found: "\(items.count) prompts",
                expected: "at most \(ServedRequest.choiceLimit)")
        }
        var prompts: [ServedRequest.Prompt] = []
        for item in items {
            switch item.kind {
            case .string: prompts.append(.text(try item.string()))
            case .array: prompts.append(.tokens(try tokens(try item.items(expected))))
            default: throw item.mismatch("a string or a list of token ids")
            }
        }
        return prompts
    }

    private static func tokens(_ items: [RequestValue]) throws(RequestError) -> [TokenID] {
        var ids: [TokenID] = []
        ids.reserveCapacity(items.count)
        for item in items { ids.append(TokenID(try item.integer(0...Int(TokenID.max)))) }
        return ids
    }
}
#endif
