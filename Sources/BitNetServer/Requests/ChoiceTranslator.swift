#if Server
import BitNetGeneration
import BitNetTokenizers

/// Turns the events of one generation into those that the dialects read.
struct ChoiceTranslator {
    private let choice: Int
    /// Whether the only token may be the one that ends the text.
    private let endsWithReport: Bool
    private let model: ServedModel
    /// Reports of tokens whose text has not come yet.
    private var pending: [TokenReport] = []
    /// Finds calls in the text, for requests with tools.
    private var parser: ToolCallParser?
    private var completeCalls = 0

    init(_ choice: Int, endsWithReport: Bool, callsTools: Bool, _ model: ServedModel) {
        parser = callsTools ? ToolCallParser(model.template.toolForm) : nil
        self.choice = choice
        self.endsWithReport = endsWithReport
        self.model = model
    }

    mutating func translate(_ event: GenerationEvent) -> [ServedEvent] {
        switch event {
        case .promptProgress: return []
        case .prompt(let reports): return [ServedEvent(choice: choice, kind: .prompt(reports))]
        case .tokens(let reports):
            pending += reports
            return []
        case .text(let text):
            let endsText = pending.contains { isEnd($0.token) }
            return parsed(endsText ? "" : text)
        case .finished(let result):
            let endsText = result.tokens.contains { isEnd($0) }
            var events = translate(parser?.finish() ?? [])
            if !pending.isEmpty { events.append(flush("")) }
            events.append(ServedEvent(choice: choice, kind: .finished(served(result, endsText))))
            return events
        }
    }

    /// A piece of text, or what it turns out to be.
    private mutating func parsed(_ text: String) -> [ServedEvent] {
        guard let events = parser?.append(text) else { return [flush(text)] }
        return translate(events)
    }

    private mutating func translate(_ events: [ToolCallEvent]) -> [ServedEvent] {
        events.map { event in
            switch event {
            case .content(let text): return flush(text)
            case .begin(let call, let name):
                return served(.callBegin(call, id: "call_" + .randomID(24), name: name))
            case .arguments(let call, let text): return served(.callArguments(call, text))
            case .end(let call):
                completeCalls += 1
                return served(.callEnd(call))
            }
        }
    }

    private func served(_ kind: ServedEvent.Kind) -> ServedEvent {
        ServedEvent(choice: choice, kind: kind)
    }

    private func isEnd(_ token: Int32) -> Bool {
        endsWithReport && model.tokenizer.endOfGeneration.contains(token)
    }

    private mutating func flush(_ text: String) -> ServedEvent {
        defer { pending = [] }
        return ServedEvent(choice: choice, kind: .text(text, pending))
    }

    private func served(_ result: GenerationResult, _ endsText: Bool) -> ServedResult {
        var stopString: String?
        if case .stopString(let string) = result.reason { stopString = string }
        let isNatural = result.reason == .endOfText || result.reason == .complete
        let isStop = isNatural || stopString != nil || endsText
        let calls = parser?.callCount ?? 0
        let callsTools = calls > 0 && calls == completeCalls
        return ServedResult(
            finish: callsTools ? .toolCalls : isStop ? .stop : .length, stopString: stopString,
            seed: result.seed,
            tokens: result.tokens, statistics: result.statistics)
    }
}
#endif
