#if Server
import BitNetGeneration
import BitNetTokenizers
import Hummingbird

/// `POST /api/generate`.
enum OllamaGenerate {
    static func respond(to call: ServedCall) async throws -> Response {
        _ = try call.model()
        let fields = try await call.readFields()
        let model = try OllamaFields.model(fields, call)
        try OllamaFields.refuse(fields)
        let answer = OllamaAnswer(model: model.name, isChat: false)
        let prompt = try fields.string("prompt") ?? ""
        guard !prompt.isEmpty else { return .json(answer.loaded()) }
        var request = ServedRequest(
            prompts: [try self.prompt(prompt, fields)],
            parameters: try OllamaFields.parameters(fields, call.configuration.parameters))
        request.promptField = "prompt"
        request.shape = try OllamaFields.shape(fields)
        return try await answer.respond(to: call, fields, request, model)
    }

    /// The prompt as it is, or as what a user says.
    private static func prompt(
        _ prompt: String, _ fields: RequestFields
    ) throws(RequestError) -> ServedRequest.Prompt {
        if try fields.bool("raw") ?? false { return .text(prompt) }
        let system = try fields.string("system") ?? ""
        return .chat((system.isEmpty ? [] : [.system(system)]) + [.user(prompt)])
    }
}
#endif
