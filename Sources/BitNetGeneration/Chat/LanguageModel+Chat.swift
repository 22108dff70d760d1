public import BitNetTokenizers

extension LanguageModel {
    /// Begins a conversation.
    ///
    /// Throws when the model has no chat template (it continues text and was not trained to
    /// answer), or one that can't be used.
    public func makeChat(system: String? = nil) throws -> ChatSession {
        try makeChat(messages: system.map { [.system($0)] } ?? [])
    }

    /// Takes a conversation up again.
    ///
    /// Throws as `makeChat(system:)` does.
    public func makeChat(messages: [ChatMessage]) throws -> ChatSession {
        if let chatTemplateError { throw chatTemplateError }
        guard let chatTemplate else {
            throw GenerationError(
                .noChatTemplate,
                "the model has no chat template; it continues plain text (generate, or run --raw)")
        }
        return ChatSession(self, chatTemplate, messages)
    }

    /// The token ids of a conversation in the model's own form, with the beginning of an answer.
    ///
    /// A begin-of-text token is put in front where the model wants one and the template wrote none.
    public func encode(
        _ messages: [ChatMessage], _ template: ChatTemplate
    ) throws -> [TokenID] {
        let text = try tokenizer.render(messages, template, addGenerationPrompt: true)
        return tokenizer.encode(rendered: text)
    }
}
