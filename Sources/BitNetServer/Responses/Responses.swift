#if Server
import BitNetGeneration
import BitNetTokenizers
import Hummingbird

/// `POST /v1/responses`.
enum Responses {
    static func respond(to call: ServedCall) async throws -> Response {
        _ = try call.model()
        let fields = try await call.readFields()
        let model = try call.model(named: try fields.string("model"))
        let request = try ResponsesRequest.read(fields, call.configuration)
        let outline = try ResponseOutline(fields, request, model.name)
        let completion = try call.complete(request, model)
        if try fields.bool("stream") ?? false {
            return call.stream(completion, ResponsesStream(outline))
        }
        let (choices, usage) = try await call.collect(completion)
        return .json(outline.json(items(choices[0]), choices[0].result, usage))
    }

    private static func items(_ choice: CollectedChoice) -> [JSONOutput] {
        var items: [JSONOutput] = []
        if !choice.text.isEmpty || choice.calls.isEmpty {
            items.append(
                message(
                    "msg_" + .randomID(24), choice.text,
                    status: choice.result?.finish == .length ? "incomplete" : "completed"))
        }
        for (index, call) in choice.calls.enumerated() {
            items.append(
                functionCall(
                    "fc_" + .randomID(24), call,
                    status: index < choice.completeCalls ? "completed" : "incomplete"))
        }
        return items
    }

    /// An item that is a message; one that has only begun has no content.
    static func message(_ id: String, _ text: String?, status: String) -> JSONOutput {
        [
            "type": "message", "id": .string(id), "status": .string(status), "role": "assistant",
            "content": text.map { [part($0)] } ?? [],
        ]
    }

    static func part(_ text: String) -> JSONOutput {
        ["type": "output_text", "text": .string(text), "annotations": [], "logprobs": []]
    }

    static func functionCall(_ id: String, _ call: ToolCall, status: String) -> JSONOutput {
        [
            "type": "function_call", "id": .string(id), "call_id": .string(call.id),
            "name": .string(call.name), "arguments": .string(call.arguments),
            "status": .string(status),
        ]
    }
}

/// What all states of a response have in common: what was asked for.
struct ResponseOutline: Sendable {
    private let id = "resp_" + String.randomID(24)
    private let created = WallClock.seconds
    private let model: String
    private let members: JSONOutput

    init(
        _ fields: RequestFields, _ request: ServedRequest, _ model: String
    ) throws(RequestError) {
        self.model = model
        func echo(_ name: String, _ other: JSONOutput) -> JSONOutput {
            fields.value(name).map { JSONOutput($0.json) } ?? other
        }
        let parameters = request.parameters
        members = [
            "instructions": echo("instructions", nil),
            "max_output_tokens": echo("max_output_tokens", nil),
            "metadata": echo("metadata", [:]),
            "parallel_tool_calls": .bool(try fields.bool("parallel_tool_calls") ?? true),
            "previous_response_id": nil,
            "reasoning": ["effort": nil, "summary": nil],
            "store": false,
            "temperature": .number(Double(parameters.temperature)),
            "text": echo("text", ["format": ["type": "text"]]),
            "tool_choice": echo("tool_choice", "auto"),
            "tools": echo("tools", []),
            "top_p": .number(Double(parameters.topP)),
            "truncation": "disabled",
            "user": nil,
        ]
    }

    /// The response when it is over.
    func json(
        _ items: [JSONOutput], _ result: ServedResult?, _ usage: ServedUsage
    ) -> JSONOutput {
        let isCut = result?.finish == .length
        var json = state(isCut ? "incomplete" : "completed", items)
        if isCut { json["incomplete_details"] = ["reason": "max_output_tokens"] }
        json["usage"] = [
            "input_tokens": .integer(usage.promptTokens),
            "input_tokens_details": ["cached_tokens": .integer(usage.reusedTokens)],
            "output_tokens": .integer(usage.completionTokens),
            "output_tokens_details": ["reasoning_tokens": 0],
            "total_tokens": .integer(usage.totalTokens),
        ]
        return json
    }

    /// The response in some state, without counts.
    func state(_ status: String, _ items: [JSONOutput]) -> JSONOutput {
        var json: JSONOutput = [
            "id": .string(id), "object": "response", "created_at": .integer(created),
            "status": .string(status), "error": nil, "incomplete_details": nil,
            "model": .string(model), "output": .array(items),
        ]
        json.append(members)
        json["usage"] = .null
        return json
    }
}
#endif
