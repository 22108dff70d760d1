#if Server
import BitNetGeneration
import BitNetTokenizers

/// One text as a whole.
struct CollectedChoice: Sendable {
    var text = ""
    /// The calls of tools; the last one is cut short where the result's `finish` is `length`.
    var calls: [ToolCall] = []
    /// How many of the calls are complete.
    var completeCalls = 0
    /// The reports of the prompt's tokens, for requests that ask for them.
    var promptReports: [TokenReport] = []
    /// The reports of the text's tokens, for requests that ask for them.
    var reports: [TokenReport] = []
    /// How it ended; nil until it did.
    var result: ServedResult?

    mutating func add(_ kind: ServedEvent.Kind) {
        switch kind {
        case .prompt(let reports): promptReports += reports
        case .text(let text, let reports):
            self.text += text
            self.reports += reports
        case .callBegin(_, let id, let name):
            calls.append(ToolCall(id: id, name: name, arguments: ""))
        case .callArguments(let call, let text): calls[call].arguments += text
        case .callEnd: completeCalls += 1
        case .finished(let result): self.result = result
        }
    }
}

/// The counts of an answer as its events come in.
struct UsageCounter: Sendable {
    private let choicesPerPrompt: Int
    private var prompts: [Int: (tokens: Int, reused: Int)] = [:]
    private var completionTokens = 0

    init(choicesPerPrompt: Int) { self.choicesPerPrompt = choicesPerPrompt }

    mutating func add(_ event: ServedEvent) {
        guard case .finished(let result) = event.kind else { return }
        let statistics = result.statistics
        completionTokens += statistics.generatedTokens
        // Choices of a prompt share it: what one of them computed, the others reuse.
        let prompt = event.choice / choicesPerPrompt
        let reused = min(prompts[prompt]?.reused ?? .max, statistics.reusedTokens)
        prompts[prompt] = (statistics.promptTokens, reused)
    }

    var usage: ServedUsage {
        ServedUsage(
            promptTokens: prompts.values.reduce(0) { $0 + $1.tokens },
            reusedTokens: prompts.values.reduce(0) { $0 + $1.reused },
            completionTokens: completionTokens)
    }
}
#endif
