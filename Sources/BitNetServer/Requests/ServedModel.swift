#if Server
import BitNetGeneration
import BitNetModels
import BitNetTokenizers

/// The model that answers, with its name and the form of its conversations.
struct ServedModel: Sendable {
    let language: LanguageModel
    /// The name that clients see.
    let name: String
    let template: ServedTemplate
    /// When it was loaded, in seconds since 1970.
    let created: Int
    /// Schemas and grammars that requests had.
    let constraints = ConstraintCache()

    var tokenizer: Tokenizer { language.tokenizer }

    /// A conversation as the text that the model continues.
    func render(
        _ messages: [ChatMessage], variables: [String: TemplateValue] = [:]
    ) throws(ChatTemplateError) -> String {
        try tokenizer.render(
            messages, template.template, addGenerationPrompt: true, variables: variables)
    }

    /// The tokens of a prompt, of which there is at least one and fewer than the context holds.
    func tokens(
        of prompt: ServedRequest.Prompt, tools: [ToolDefinition] = [], field: String
    ) throws(RequestError) -> [TokenID] {
        let tokens: [TokenID]
        switch prompt {
        case .text(let text): tokens = language.encode(text)
        case .tokens(let ids): tokens = ids
        case .chat(let messages, let variables):
            do {
                tokens = tokenizer.encode(
                    rendered: try render(messages, tools: tools, variables: variables))
            } catch {
                throw RequestError(.invalid, "\(field): \(error)", field: field)
            }
        }
        try check(tokens, field)
        return tokens
    }

    private func check(_ tokens: [TokenID], _ field: String) throws(RequestError) {
        guard !tokens.isEmpty else {
            throw .invalid(field, found: "nothing to continue", expected: "a text or tokens")
        }
        let room = language.contextLength
        guard tokens.count < room else {
            throw RequestError(
                .contextLength,
                "\(field): this model's context holds \(room) tokens, of which one at least must be "
                    + "left to generate, and the prompt has \(tokens.count); shorten it",
                field: field)
        }
        let count = language.model.configuration.vocabularySize
        if let token = tokens.first(where: { $0 < 0 || Int($0) >= count }) {
            throw .invalid(
                field, found: "token \(token)", expected: "token ids from 0 to \(count - 1)")
        }
    }
}
#endif
