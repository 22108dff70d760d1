extension Tokenizer {
    /// The text of a conversation in the form of `template`, whose begin and end tokens have their
    /// names in this vocabulary.
    ///
    /// Throws what the template throws.
    public func render(
        _ messages: [ChatMessage], _ template: ChatTemplate, addGenerationPrompt: Bool,
        variables: [String: TemplateValue] = [:]
    ) throws(ChatTemplateError) -> String {
        try template.render(
            messages: messages, addGenerationPrompt: addGenerationPrompt,
            beginningOfText: name(beginningOfText), endOfText: name(endOfText),
            variables: variables)
    }

    /// The token ids of a conversation that a template has rendered.
    ///
    /// A begin-of-text token is put in front where the model wants one and the template wrote none.
    public func encode(rendered text: String) -> [TokenID] {
        let ids = encode(text)
        guard let beginningOfText, addsBeginningOfText, ids.first != beginningOfText else {
            return ids
        }
        return [beginningOfText] + ids
    }

    private func name(_ token: TokenID?) -> String {
        token.map { String(decoding: bytes(of: $0), as: UTF8.self) } ?? ""
    }
}
