#if Server
import BitNetTokenizers
import Hummingbird

/// `POST /v1/chat/completions`.
enum OpenAIChat {
    static func respond(to call: ServedCall) async throws -> Response {
        _ = try call.model()
        let fields = try await call.readFields()
        let model = try call.model(named: try fields.string("model"))
        try refuseWhatIsNotOffered(fields)
        let answer = OpenAIAnswer(
            idPrefix: "chatcmpl-", object: "chat.completion", model: model,
            options: try OpenAIStreamOptions(fields))
        let request = try request(fields, call.configuration)
        let completion = try call.complete(request, model)
        if answer.options.isStream {
            return call.stream(
                completion, OpenAIChatStream(answer, choices: completion.choiceCount))
        }
        let (choices, usage) = try await call.collect(completion)
        return .json(
            answer.json(choices, usage) {
                choice($0, model, hasProbabilities: request.alternatives != nil)
            })
    }

    /// What a client asks for, without its dialect.
    static func request(
        _ fields: RequestFields, _ configuration: ServerConfiguration
    ) throws(RequestError) -> ServedRequest {
        let parameters = try OpenAISampling.read(fields, defaults: configuration.parameters)
        var request = ServedRequest(
            prompts: [.chat(try OpenAIMessages.read(fields))], parameters: parameters)
        request.choices = try OpenAISampling.choices(fields)
        request.tools = try OpenAITools.read(fields)
        request.shape = try OpenAIShape.read(fields)
        let wantsProbabilities = try fields.bool("logprobs") ?? false
        let alternatives = try fields.integer("top_logprobs", 0...20)
        if let alternatives, alternatives > 0, !wantsProbabilities {
            throw .invalid(
                "top_logprobs", found: "\(alternatives) without logprobs",
                expected: "\"logprobs\": true beside it")
        }
        if wantsProbabilities { request.alternatives = alternatives ?? 0 }
        return request
    }

    private static func refuseWhatIsNotOffered(_ fields: RequestFields) throws(RequestError) {
        let modalities = try fields.value("modalities")?.items("a list of strings") ?? []
        if fields.value("audio") != nil || modalities.contains(where: { $0.json.string != "text" })
        {
            throw .unsupported(
                fields.value("audio") == nil ? "modalities" : "audio",
                "this model writes text only")
        }
    }

    private static func choice(
        _ choice: CollectedChoice, _ model: ServedModel, hasProbabilities: Bool
    ) -> JSONOutput {
        var message: JSONOutput = [
            "role": "assistant",
            "content": choice.text.isEmpty && !choice.calls.isEmpty ? nil : .string(choice.text),
            "refusal": nil,
        ]
        if !choice.calls.isEmpty { message["tool_calls"] = OpenAITools.json(choice.calls) }
        return [
            "message": message,
            "logprobs": hasProbabilities ? OpenAILogProbabilities.chat(choice.reports, model) : nil,
        ]
    }
}
#endif
