#if Server
/// The chunks of a streamed chat completion.
struct OpenAIChatStream: StreamEncoder {
    static let contentType = ServerSentEvents.contentType
    static let object = "chat.completion.chunk"

    private let answer: OpenAIAnswer
    private let choices: Int

    init(_ answer: OpenAIAnswer, choices: Int) {
        self.answer = answer
        self.choices = choices
    }

    /// A chunk for each choice that says who speaks.
    func begin() -> [UInt8] {
        (0..<choices).flatMap { index in
            frame(index, ["role": "assistant", "content": ""])
        }
    }

    func encode(_ event: ServedEvent) -> [UInt8] {
        switch event.kind {
        case .prompt: []
        case .text(let text, let reports):
            frame(
                event.choice, ["content": .string(text)],
                probabilities: reports.isEmpty
                    ? nil : OpenAILogProbabilities.chat(reports, answer.model))
        case .callBegin, .callArguments, .callEnd:
            OpenAITools.delta(event.kind).map { frame(event.choice, $0) } ?? []
        case .finished(let result): frame(event.choice, [:], result: result)
        }
    }

    func end(_ usage: ServedUsage) -> [UInt8] { answer.endOfStream(Self.object, usage) }

    func fail(_ error: RequestError) -> [UInt8] {
        ServerSentEvents.frame(OpenAIDialect().body(of: error))
    }

    private func frame(
        _ index: Int, _ delta: JSONOutput, probabilities: JSONOutput = nil,
        result: ServedResult? = nil
    ) -> [UInt8] {
        var chunk = answer.chunk(
            Self.object,
            [
                "index": .integer(index), "delta": delta, "logprobs": probabilities,
                "finish_reason": OpenAIAnswer.finish(result),
            ])
        if let result, choices == 1 { chunk["timings"] = OpenAIAnswer.timings(result) }
        return ServerSentEvents.frame(chunk)
    }
}
#endif
