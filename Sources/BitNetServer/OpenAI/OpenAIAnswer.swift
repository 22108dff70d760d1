#if Server
import BitNetGeneration

/// `stream` and `stream_options`.
struct OpenAIStreamOptions: Sendable {
    let isStream: Bool
    /// Whether the counts come in a chunk of their own before the end.
    let includesUsage: Bool

    init(_ fields: RequestFields) throws(RequestError) {
        isStream = try fields.bool("stream") ?? false
        includesUsage =
            try fields.object("stream_options")?.bool("include_usage") ?? false
    }
}

/// What all objects of one answer have in common.
struct OpenAIAnswer: Sendable {
    let id: String
    /// `chat.completion` or `text_completion`.
    let object: String
    let created: Int
    let model: ServedModel
    let options: OpenAIStreamOptions

    init(idPrefix: String, object: String, model: ServedModel, options: OpenAIStreamOptions) {
        id = idPrefix + .randomID(29)
        self.object = object
        self.model = model
        self.options = options
        created = WallClock.seconds
    }

    /// The whole answer.
    func json(
        _ choices: [CollectedChoice], _ usage: ServedUsage,
        choice: (CollectedChoice) -> JSONOutput
    ) -> JSONOutput {
        let list = choices.enumerated().map { index, collected -> JSONOutput in
            var json: JSONOutput = ["index": .integer(index)]
            json.append(choice(collected))
            json["finish_reason"] = Self.finish(collected.result)
            return json
        }
        var json = envelope(object, .array(list))
        json["usage"] = Self.json(usage)
        if choices.count == 1, let result = choices[0].result {
            json["timings"] = Self.timings(result)
        }
        return json
    }

    /// The outline of an answer or of a chunk.
    func envelope(_ object: String, _ choices: JSONOutput) -> JSONOutput {
        [
            "id": .string(id),
            "object": .string(object),
            "created": .integer(created),
            "model": .string(model.name),
            "system_fingerprint": "swift-bitnet",
            "choices": choices,
        ]
    }

    /// The last chunks: the counts, if asked for, and the end mark.
    func endOfStream(_ object: String, _ usage: ServedUsage) -> [UInt8] {
        var bytes: [UInt8] = []
        if options.includesUsage {
            var chunk = envelope(object, [])
            chunk["usage"] = Self.json(usage)
            bytes += ServerSentEvents.frame(chunk)
        }
        return bytes + "data: [DONE]\n\n".utf8
    }

    /// A chunk with one choice.
    func chunk(_ object: String, _ choice: JSONOutput) -> JSONOutput {
        var chunk = envelope(object, [choice])
        if options.includesUsage { chunk["usage"] = .null }
        return chunk
    }

    static func finish(_ result: ServedResult?) -> JSONOutput {
        switch result?.finish {
        case .stop: "stop"
        case .toolCalls: "tool_calls"
        case .length: "length"
        case nil: nil
        }
    }

    static func json(_ usage: ServedUsage) -> JSONOutput {
        [
            "prompt_tokens": .integer(usage.promptTokens),
            "completion_tokens": .integer(usage.completionTokens),
            "total_tokens": .integer(usage.totalTokens),
            "prompt_tokens_details": ["cached_tokens": .integer(usage.reusedTokens)],
        ]
    }

    /// The times of one text, in the shape of llama.cpp's server.
    static func timings(_ result: ServedResult) -> JSONOutput {
        let statistics = result.statistics
        let computed = statistics.promptTokens - statistics.reusedTokens
        return [
            "cache_n": .integer(statistics.reusedTokens),
            "prompt_n": .integer(computed),
            "prompt_ms": .number(statistics.promptSeconds * 1000),
            "prompt_per_second": .number(statistics.promptTokensPerSecond),
            "predicted_n": .integer(statistics.generatedTokens),
            "predicted_ms": .number(statistics.decodeSeconds * 1000),
            "predicted_per_second": .number(statistics.decodeTokensPerSecond),
        ]
    }
}
#endif
