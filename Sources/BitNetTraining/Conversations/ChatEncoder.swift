public import BitNetTokenizers

/// Turns conversations into tokens to learn from, through the chat template of a model.
///
/// An answer is learned in the place where the model will have to give it: behind exactly the
/// tokens that `bitnet run` computes before it generates, with its own first token a token of its
/// own. (A template whose prompt ends in `Assistant: ` leaves a space as the last token of the
/// prompt; encoding prompt and answer in one piece would join that space to the answer's first
/// word, and the model would learn a beginning that it never gets to make.) Names of control
/// tokens in messages stand for these tokens, as they do when the model runs.
public struct ChatEncoder: Sendable {
    /// The answer of one message, encoded.
    struct Answer {
        /// The tokens before the answer, never empty.
        let prompt: [TokenID]
        /// The answer with the token that ends the turn, never empty; nothing behind that token.
        let tokens: [TokenID]
        /// Whether a token that ends generation ends the answer.
        let isEnded: Bool
    }

    /// The date that templates with a date are given, so that a file gives the same tokens every
    /// day: the one that the Llama-3 templates fall back to.
    public static let fixedClock = TemplateClock.fixed(
        TemplateDate(year: 2024, month: 7, day: 26))

    private let tokenizer: Tokenizer
    private let template: ChatTemplate
    private let ends: Set<TokenID>

    /// An encoder for a model's conversations.
    ///
    /// Throws when there is no template, or one that can't be read.
    ///
    /// - Parameters:
    ///   - tokenizer: The model's tokenizer.
    ///   - template: A template in place of the model's own.
    ///   - endTokens: Further tokens that end generation (`eos_token_id` of
    ///     `generation_config.json`).
    ///   - clock: What the template takes for now.
    public init(
        tokenizer: Tokenizer, template: String? = nil, endTokens: Set<TokenID> = [],
        clock: TemplateClock = ChatEncoder.fixedClock
    ) throws(TrainingError) {
        guard let source = template ?? tokenizer.chatTemplate else {
            throw TrainingError(
                .unsupportedModel,
                "the model has no chat template, so there is no telling how it marks turns; "
                    + "put one into chat_template.jinja in the model's folder, or give a template "
                    + "of your own")
        }
        do throws(ChatTemplateError) {
            self.template = try ChatTemplate(source, clock: clock)
        } catch {
            throw TrainingError(.unsupportedModel, error.description)
        }
        self.tokenizer = tokenizer
        ends = tokenizer.endOfGeneration.union(endTokens)
    }

    /// The tokens of message `index`, which is the assistant's, and of all that comes before it.
    func answer(_ messages: [ChatMessage], at index: Int) throws(TrainingError) -> Answer {
        let before = try render(messages[..<index], addGenerationPrompt: true)
        let whole = try render(messages[...index], addGenerationPrompt: false)
        // Bytes, because strings compare by canonical equivalence.
        guard whole.utf8.starts(with: before.utf8) else { throw rewritten(before, whole, index) }
        let prompt = tokenizer.encode(rendered: before)
        guard !prompt.isEmpty else {
            throw TrainingError(
                .unsupportedModel,
                "the chat template writes nothing before message \(index + 1); expected a prompt "
                    + "that the answer follows")
        }
        let tokens = answerTokens(before, whole, prompt)
        guard !tokens.isEmpty else {
            throw TrainingError(
                .unsupportedModel,
                "the chat template writes nothing for message \(index + 1), the assistant's; "
                    + "expected its text and the end of a turn")
        }
        guard let end = tokens.lastIndex(where: ends.contains) else {
            return Answer(prompt: prompt, tokens: tokens, isEnded: false)
        }
        return Answer(prompt: prompt, tokens: Array(tokens[...end]), isEnded: true)
    }

    /// The tokens that follow `prompt`: those of the whole text if none of them spans the border.
    private func answerTokens(
        _ before: String, _ whole: String, _ prompt: [TokenID]
    ) -> [TokenID] {
        let tokens = tokenizer.encode(rendered: whole)
        if tokens.starts(with: prompt) { return Array(tokens[prompt.count...]) }
        return tokenizer.encode(
            continuing: String(decoding: whole.utf8.dropFirst(before.utf8.count), as: UTF8.self))
    }

    private func render(
        _ messages: ArraySlice<ChatMessage>, addGenerationPrompt: Bool
    ) throws(TrainingError) -> String {
        do throws(ChatTemplateError) {
            return try tokenizer.render(
                Array(messages), template, addGenerationPrompt: addGenerationPrompt)
        } catch {
            throw TrainingError(
                error.code == .raised ? .invalidData : .unsupportedModel,
                error.code == .raised
                    ? "the chat template refuses the conversation: \(error.message)"
                    : error.description)
        }
    }

    private func rewritten(_ before: String, _ whole: String, _ index: Int) -> TrainingError {
        let common = zip(before.utf8, whole.utf8).prefix { $0 == $1 }.count
        return TrainingError(
            .unsupportedModel,
            "with this chat template the answer in message \(index + 1) can't be told from its "
                + "prompt: the prompt goes on with \(Self.excerpt(before, from: common)), the "
                + "conversation with the answer has \(Self.excerpt(whole, from: common)) there; "
                + "expected a template whose generation prompt is how it begins an assistant's "
                + "message")
    }

    private static func excerpt(_ text: String, from offset: Int) -> String {
        let rest = String(decoding: text.utf8.dropFirst(offset).prefix(40), as: UTF8.self)
        return rest.isEmpty ? "nothing" : rest.debugDescription
    }
}
