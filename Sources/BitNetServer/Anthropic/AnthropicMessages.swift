#if Server
import BitNetGeneration
import BitNetTokenizers
import Hummingbird

/// `POST /v1/messages` and `/v1/messages/count_tokens`.
enum AnthropicMessages {
    static func respond(to call: ServedCall) async throws -> Response {
        _ = try call.model()
        let fields = try await call.readFields()
        let model = try call.model(named: try fields.string("model"))
        let request = try AnthropicRequest.read(fields, call.configuration)
        let completion = try call.complete(request, model)
        let id = "msg_" + String.randomID(24)
        if try fields.bool("stream") ?? false {
            let tokens = completion.prompts[0].count
            return call.stream(
                completion, AnthropicStream(id: id, model: model.name, promptTokens: tokens))
        }
        let (choices, usage) = try await call.collect(completion)
        return .json(message(id, model.name, choices[0], usage))
    }

    static func count(for call: ServedCall) async throws -> Response {
        _ = try call.model()
        let fields = try await call.readFields()
        let model = try call.model(named: try fields.string("model"))
        let tools = try AnthropicRequest.tools(fields)
        let tokens = try model.tokens(
            of: .chat(try AnthropicConversation.read(fields)), tools: tools?.definitions ?? [],
            field: "messages")
        return .json(["input_tokens": .integer(tokens.count)])
    }

    private static func message(
        _ id: String, _ model: String, _ choice: CollectedChoice, _ usage: ServedUsage
    ) -> JSONOutput {
        var blocks: [JSONOutput] = []
        if !choice.text.isEmpty || choice.calls.isEmpty {
            blocks.append(["type": "text", "text": .string(choice.text)])
        }
        // A call that was cut short is no input that anyone could use.
        for call in choice.calls.prefix(choice.completeCalls) {
            var block = toolUse(id: call.id, name: call.name)
            block["input"] = .arguments(call.arguments)
            blocks.append(block)
        }
        var json = envelope(id, model, .array(blocks))
        json["stop_reason"] = stopReason(choice.result)
        json["stop_sequence"] = .optional(choice.result?.stopString)
        json["usage"] = self.usage(
            input: usage.promptTokens, cached: usage.reusedTokens, output: usage.completionTokens)
        return json
    }

    static func envelope(_ id: String, _ model: String, _ content: JSONOutput) -> JSONOutput {
        [
            "id": .string(id), "type": "message", "role": "assistant", "model": .string(model),
            "content": content, "stop_reason": nil, "stop_sequence": nil,
        ]
    }

    /// A block of a call, without its input.
    static func toolUse(id: String, name: String) -> JSONOutput {
        ["type": "tool_use", "id": .string(id), "name": .string(name), "input": [:]]
    }

    static func stopReason(_ result: ServedResult?) -> JSONOutput {
        switch result?.finish {
        case .toolCalls: "tool_use"
        case .length: "max_tokens"
        case .stop: result?.stopString == nil ? "end_turn" : "stop_sequence"
        case nil: nil
        }
    }

    /// Counts; tokens that were in the cache are counted apart, as there.
    static func usage(input: Int, cached: Int, output: Int) -> JSONOutput {
        [
            "input_tokens": .integer(input - cached), "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": .integer(cached), "output_tokens": .integer(output),
        ]
    }
}
#endif
