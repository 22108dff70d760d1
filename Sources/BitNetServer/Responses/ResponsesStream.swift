#if Server
import BitNetTokenizers

/// The events of a streamed response, in the order that OpenAI publishes.
struct ResponsesStream: StreamEncoder {
    static let contentType = ServerSentEvents.contentType

    /// The item that is being written.
    private enum Item {
        case message(id: String, text: String)
        case call(id: String, ToolCall)
    }

    private let outline: ResponseOutline
    private var sequence = 0
    private var item: Item?
    /// The items that are complete.
    private var items: [JSONOutput] = []
    private var result: ServedResult?

    init(_ outline: ResponseOutline) { self.outline = outline }

    mutating func begin() -> [UInt8] {
        let response = outline.state("in_progress", [])
        return frame("response.created", ["response": response])
            + frame("response.in_progress", ["response": response])
    }

    mutating func encode(_ event: ServedEvent) -> [UInt8] {
        switch event.kind {
        case .prompt: return []
        case .text(let text, _): return text.isEmpty ? [] : add(text)
        case .callBegin(_, let id, let name):
            return close("completed") + begin(ToolCall(id: id, name: name, arguments: ""))
        case .callArguments(_, let text): return add(arguments: text)
        case .callEnd: return close("completed")
        case .finished(let result):
            self.result = result
            var bytes: [UInt8] = []
            // There is an item at least, as there is where the answer comes as a whole.
            if items.isEmpty, item == nil { bytes += beginMessage() }
            return bytes + close(result.finish == .length ? "incomplete" : "completed")
        }
    }

    mutating func end(_ usage: ServedUsage) -> [UInt8] {
        let type = result?.finish == .length ? "response.incomplete" : "response.completed"
        return frame(type, ["response": outline.json(items, result, usage)])
    }

    mutating func fail(_ error: RequestError) -> [UInt8] {
        let details = OpenAIDialect().body(of: error)["error"] ?? [:]
        var response = outline.state("failed", items)
        response["error"] = [
            "code": details["code"] ?? "server_error", "message": .string(error.description),
        ]
        var bytes = frame(
            "error",
            [
                "code": details["code"] ?? nil, "message": .string(error.description),
                "param": .optional(error.field),
            ])
        bytes += frame("response.failed", ["response": response])
        return bytes
    }

    // MARK: Messages

    private mutating func beginMessage() -> [UInt8] {
        let id = "msg_" + String.randomID(24)
        item = .message(id: id, text: "")
        return frame(
            "response.output_item.added",
            ["output_index": index, "item": Responses.message(id, nil, status: "in_progress")])
            + frame("response.content_part.added", place(id, ["part": Responses.part("")]))
    }

    private mutating func add(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        if case .message = item {} else { bytes += close("completed") + beginMessage() }
        guard case .message(let id, let earlier) = item else { return bytes }
        item = .message(id: id, text: earlier + text)
        let delta: JSONOutput = ["delta": .string(text), "logprobs": []]
        return bytes + frame("response.output_text.delta", place(id, delta))
    }

    private mutating func endMessage(_ id: String, _ text: String, _ status: String) -> [UInt8] {
        var bytes = frame(
            "response.output_text.done", place(id, ["text": .string(text), "logprobs": []]))
        bytes += frame("response.content_part.done", place(id, ["part": Responses.part(text)]))
        return bytes + done(Responses.message(id, text, status: status))
    }

    // MARK: Calls

    private mutating func begin(_ call: ToolCall) -> [UInt8] {
        let id = "fc_" + String.randomID(24)
        item = .call(id: id, call)
        return frame(
            "response.output_item.added",
            [
                "output_index": index,
                "item": Responses.functionCall(id, call, status: "in_progress"),
            ])
    }

    private mutating func add(arguments text: String) -> [UInt8] {
        guard case .call(let id, var call) = item else { return [] }
        call.arguments += text
        item = .call(id: id, call)
        return frame(
            "response.function_call_arguments.delta",
            ["item_id": .string(id), "output_index": index, "delta": .string(text)])
    }

    private mutating func endCall(_ id: String, _ call: ToolCall, _ status: String) -> [UInt8] {
        frame(
            "response.function_call_arguments.done",
            [
                "item_id": .string(id), "output_index": index, "name": .string(call.name),
                "arguments": .string(call.arguments),
            ]) + done(Responses.functionCall(id, call, status: status))
    }

    // MARK: Items

    private var index: JSONOutput { .integer(items.count) }

    /// Ends the item that is being written, if there is one.
    private mutating func close(_ status: String) -> [UInt8] {
        switch item {
        case nil: []
        case .message(let id, let text): endMessage(id, text, status)
        case .call(let id, let call): endCall(id, call, status)
        }
    }

    private mutating func done(_ json: JSONOutput) -> [UInt8] {
        let bytes = frame("response.output_item.done", ["output_index": index, "item": json])
        items.append(json)
        item = nil
        return bytes
    }

    /// Where a part of a message is.
    private func place(_ id: String, _ fields: JSONOutput) -> JSONOutput {
        var json: JSONOutput = [
            "item_id": .string(id), "output_index": index, "content_index": 0,
        ]
        json.append(fields)
        return json
    }

    private mutating func frame(_ type: String, _ fields: JSONOutput) -> [UInt8] {
        var data: JSONOutput = ["type": .string(type), "sequence_number": .integer(sequence)]
        sequence += 1
        data.append(fields)
        return ServerSentEvents.frame(data, event: type)
    }
}
#endif
