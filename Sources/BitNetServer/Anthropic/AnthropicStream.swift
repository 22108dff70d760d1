#if Server
/// The events of a streamed message: `message_start`, the blocks, `message_delta`, `message_stop`.
struct AnthropicStream: StreamEncoder {
    static let contentType = ServerSentEvents.contentType

    /// What the block that is being written holds.
    private enum Block {
        case text, call
    }

    private let id: String
    private let model: String
    private let promptTokens: Int
    /// Nil between blocks.
    private var block: Block?
    private var index = 0
    private var result: ServedResult?

    init(id: String, model: String, promptTokens: Int) {
        self.id = id
        self.model = model
        self.promptTokens = promptTokens
    }

    func begin() -> [UInt8] {
        var message = AnthropicMessages.envelope(id, model, [])
        message["usage"] = AnthropicMessages.usage(input: promptTokens, cached: 0, output: 0)
        return frame("message_start", ["message": message]) + frame("ping", [:])
    }

    mutating func encode(_ event: ServedEvent) -> [UInt8] {
        switch event.kind {
        case .prompt: return []
        case .text(let text, _):
            guard !text.isEmpty else { return [] }
            let opening = open(.text, ["type": "text", "text": ""])
            return opening + delta(["type": "text_delta", "text": .string(text)])
        case .callBegin(_, let id, let name):
            return close() + open(.call, AnthropicMessages.toolUse(id: id, name: name))
        case .callArguments(_, let text):
            return delta(["type": "input_json_delta", "partial_json": .string(text)])
        case .callEnd: return close()
        case .finished(let result):
            self.result = result
            // There is a block at least, as there is where the answer comes as a whole.
            let isEmpty = index == 0 && block == nil
            return (isEmpty ? open(.text, ["type": "text", "text": ""]) : []) + close()
        }
    }

    mutating func end(_ usage: ServedUsage) -> [UInt8] {
        let delta: JSONOutput = [
            "stop_reason": AnthropicMessages.stopReason(result),
            "stop_sequence": .optional(result?.stopString),
        ]
        let counts = AnthropicMessages.usage(
            input: usage.promptTokens, cached: usage.reusedTokens, output: usage.completionTokens)
        return frame("message_delta", ["delta": delta, "usage": counts])
            + frame("message_stop", [:])
    }

    func fail(_ error: RequestError) -> [UInt8] {
        ServerSentEvents.frame(AnthropicDialect().body(of: error), event: "error")
    }

    /// Begins a block of `kind`, unless one is being written.
    private mutating func open(_ kind: Block, _ content: JSONOutput) -> [UInt8] {
        guard block != kind else { return [] }
        let closing = close()
        block = kind
        return closing
            + frame("content_block_start", ["index": .integer(index), "content_block": content])
    }

    private mutating func close() -> [UInt8] {
        guard block != nil else { return [] }
        block = nil
        index += 1
        return frame("content_block_stop", ["index": .integer(index - 1)])
    }

    private func delta(_ delta: JSONOutput) -> [UInt8] {
        frame("content_block_delta", ["index": .integer(index), "delta": delta])
    }

    private func frame(_ type: String, _ fields: JSONOutput) -> [UInt8] {
        var data: JSONOutput = ["type": .string(type)]
        data.append(fields)
        return ServerSentEvents.frame(data, event: type)
    }
}
#endif
