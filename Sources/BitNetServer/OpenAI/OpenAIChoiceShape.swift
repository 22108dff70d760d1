#if Server
import BitNetGeneration
import BitNetTokenizers

/// How the texts of a completion are shown: with or without their prompt and their probabilities.
struct OpenAIChoiceShape: Sendable {
    let model: ServedModel
    /// Whether the texts come with probabilities.
    let hasProbabilities: Bool
    /// The texts of the prompts, for requests that want them in front; else nil.
    private let echoes: [String]?
    private let choicesPerPrompt: Int
    let choiceCount: Int

    init(_ completion: Completion, _ request: ServedRequest, echo: Bool) {
        model = completion.model
        hasProbabilities = request.alternatives != nil
        choicesPerPrompt = completion.choicesPerPrompt
        choiceCount = completion.choiceCount
        let tokenizer = completion.model.tokenizer
        echoes =
            echo
            ? zip(request.prompts, completion.prompts).map { prompt, tokens in
                if case .text(let text) = prompt { return text }
                return tokenizer.decode(tokens)
            } : nil
    }

    /// The prompt of a choice, if it is to be shown.
    func echo(_ choice: Int) -> String? { echoes?[choice / choicesPerPrompt] }

    /// A whole choice.
    func json(_ choice: CollectedChoice, _ index: Int) -> JSONOutput {
        var offset = 0
        return [
            "text": .string((echo(index) ?? "") + choice.text),
            "logprobs": probabilities(choice.promptReports + choice.reports, &offset),
        ]
    }

    /// The reports of some tokens; null where nobody asked.
    func probabilities(_ reports: [TokenReport], _ offset: inout Int) -> JSONOutput {
        guard hasProbabilities else { return nil }
        return OpenAILogProbabilities.lists(reports, model, offset: &offset)
    }
}
#endif
