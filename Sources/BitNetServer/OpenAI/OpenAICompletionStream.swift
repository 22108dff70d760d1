#if Server
import BitNetGeneration

/// The chunks of a streamed completion.
struct OpenAICompletionStream: StreamEncoder {
    static let contentType = ServerSentEvents.contentType
    static let object = "text_completion"

    private let answer: OpenAIAnswer
    private let shape: OpenAIChoiceShape
    /// The place in its text that each choice has reached, in characters.
    private var offsets: [Int]
    /// Choices whose prompt has yet to be shown.
    private var silent: Set<Int>

    init(_ answer: OpenAIAnswer, _ shape: OpenAIChoiceShape) {
        self.answer = answer
        self.shape = shape
        offsets = Array(repeating: 0, count: shape.choiceCount)
        silent = Set((0..<shape.choiceCount).filter { shape.echo($0) != nil })
    }

    func begin() -> [UInt8] { [] }

    mutating func encode(_ event: ServedEvent) -> [UInt8] {
        let choice = event.choice
        var bytes: [UInt8] = []
        switch event.kind {
        case .prompt(let reports):
            let echo = silent.remove(choice) == nil ? "" : shape.echo(choice) ?? ""
            bytes += frame(choice, echo, reports)
        case .text(let text, let reports):
            bytes += echo(choice)
            bytes += frame(choice, text, reports)
        case .callBegin, .callArguments, .callEnd: break
        case .finished(let result):
            bytes += echo(choice)
            bytes += frame(choice, "", [], result)
        }
        return bytes
    }

    func end(_ usage: ServedUsage) -> [UInt8] { answer.endOfStream(Self.object, usage) }

    func fail(_ error: RequestError) -> [UInt8] {
        ServerSentEvents.frame(OpenAIDialect().body(of: error))
    }

    /// The prompt, where it is to be shown and comes without reports of its own.
    private mutating func echo(_ choice: Int) -> [UInt8] {
        guard silent.remove(choice) != nil, let text = shape.echo(choice) else { return [] }
        return frame(choice, text, [])
    }

    private mutating func frame(
        _ choice: Int, _ text: String, _ reports: [TokenReport], _ result: ServedResult? = nil
    ) -> [UInt8] {
        let probabilities =
            reports.isEmpty ? nil : shape.probabilities(reports, &offsets[choice])
        var chunk = answer.chunk(
            Self.object,
            [
                "text": .string(text), "index": .integer(choice), "logprobs": probabilities,
                "finish_reason": OpenAIAnswer.finish(result),
            ])
        if let result, shape.choiceCount == 1 {
            chunk["timings"] = OpenAIAnswer.timings(result)
        }
        return ServerSentEvents.frame(chunk)
    }
}
#endif
