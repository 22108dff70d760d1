#if Server
import BitNetGeneration
import BitNetTokenizers
import Hummingbird

/// The objects of an answer: whole, or one a line as it comes.
struct OllamaAnswer: Sendable {
    let model: String
    /// Whether texts are messages.
    let isChat: Bool
    private let started = ContinuousClock.now

    init(model: String, isChat: Bool) {
        self.model = model
        self.isChat = isChat
    }

    /// Streams unless the request says not to.
    func respond(
        to call: ServedCall, _ fields: RequestFields, _ request: ServedRequest,
        _ model: ServedModel
    ) async throws -> Response {
        let completion = try call.complete(request, model)
        if try fields.bool("stream") ?? true {
            return call.stream(completion, OllamaStream(self))
        }
        let (choices, usage) = try await call.collect(completion)
        let choice = choices[0]
        let calls = Array(choice.calls.prefix(choice.completeCalls))
        return .json(end(json(choice.text, calls), choice.result, usage))
    }

    /// What Ollama answers to a request without a prompt, which only loads the model.
    func loaded() -> JSONOutput {
        var json = json("", [])
        json["done"] = true
        json["done_reason"] = "load"
        return json
    }

    /// A piece of the answer.
    func json(_ text: String, _ calls: [ToolCall]) -> JSONOutput {
        var json: JSONOutput = [
            "model": .string(model), "created_at": .string(WallClock.timestamp),
        ]
        if isChat {
            var message: JSONOutput = ["role": "assistant", "content": .string(text)]
            if !calls.isEmpty { message["tool_calls"] = Self.json(calls) }
            json["message"] = message
        } else {
            json["response"] = .string(text)
        }
        json["done"] = false
        return json
    }

    /// `piece` as the last one, with its counts and times in nanoseconds.
    func end(_ piece: JSONOutput, _ result: ServedResult?, _ usage: ServedUsage) -> JSONOutput {
        var json = piece
        json["done"] = true
        json["done_reason"] = result?.finish == .length ? "length" : "stop"
        json["total_duration"] = Self.nanoseconds(
            started.duration(to: .now) / .seconds(1))
        json["load_duration"] = 0
        json["prompt_eval_count"] = .integer(usage.promptTokens)
        json["prompt_eval_duration"] = Self.nanoseconds(result?.statistics.promptSeconds ?? 0)
        json["eval_count"] = .integer(usage.completionTokens)
        // Clients divide by it, and a single token has no time of its own.
        json["eval_duration"] = Self.nanoseconds(max(result?.statistics.decodeSeconds ?? 0, 1e-6))
        return json
    }

    /// Calls, whose arguments are values here.
    static func json(_ calls: [ToolCall]) -> JSONOutput {
        .array(
            calls.map { call in
                [
                    "id": .string(call.id),
                    "function": [
                        "name": .string(call.name), "arguments": .arguments(call.arguments),
                    ],
                ]
            })
    }

    static func nanoseconds(_ seconds: Double) -> JSONOutput { .integer(Int(seconds * 1e9)) }
}

/// The lines of a streamed answer; a call comes when it is complete.
struct OllamaStream: StreamEncoder {
    static let contentType = "application/x-ndjson"

    private let answer: OllamaAnswer
    private var call: ToolCall?
    private var result: ServedResult?

    init(_ answer: OllamaAnswer) { self.answer = answer }

    func begin() -> [UInt8] { [] }

    mutating func encode(_ event: ServedEvent) -> [UInt8] {
        switch event.kind {
        case .prompt: return []
        case .text(let text, _): return text.isEmpty ? [] : line(answer.json(text, []))
        case .callBegin(_, let id, let name):
            call = ToolCall(id: id, name: name, arguments: "")
            return []
        case .callArguments(_, let text):
            call?.arguments += text
            return []
        case .callEnd:
            defer { call = nil }
            return call.map { line(answer.json("", [$0])) } ?? []
        case .finished(let result):
            self.result = result
            return []
        }
    }

    func end(_ usage: ServedUsage) -> [UInt8] {
        line(answer.end(answer.json("", []), result, usage))
    }

    func fail(_ error: RequestError) -> [UInt8] { line(OllamaDialect().body(of: error)) }

    private func line(_ json: JSONOutput) -> [UInt8] { json.bytes + [UInt8(ascii: "\n")] }
}
#endif
