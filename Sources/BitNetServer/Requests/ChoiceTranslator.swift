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

    init(_ choice: Int, endsWithReport: Bool, _ model: ServedModel) {
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
            return [flush(endsText ? "" : text)]
        case .finished(let result):
            let endsText = result.tokens.contains { isEnd($0) }
            var events = pending.isEmpty ? [] : [flush("")]
            events.append(ServedEvent(choice: choice, kind: .finished(served(result, endsText))))
            return events
        }
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
        return ServedResult(
            finish: isStop ? .stop : .length, stopString: stopString, seed: result.seed,
            tokens: result.tokens, statistics: result.statistics)
    }
}
#endif
