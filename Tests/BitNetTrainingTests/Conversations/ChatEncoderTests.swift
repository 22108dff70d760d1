import BitNetTestSupport
import BitNetTokenizers
import BitNetTraining
import Testing

/// Which tokens of a conversation are learned.
@Suite struct ChatEncoderTests {
    private let tokenizer: Tokenizer

    init() throws { tokenizer = try ChatFixtures.tokenizer.get() }

    private static let dialogue: [ChatMessage] = [
        .user("What is 2+2?"), .assistant("4, I think."), .user("  Sure?\n"),
        .assistant("Yes: é 🙂 done"),
    ]

    private func encoder(_ template: String) throws -> ChatEncoder {
        let source = try #require(ChatFixtures.templates.get()[template])
        return try ChatEncoder(tokenizer: tokenizer, template: source)
    }

    @Test(arguments: [
        ("bitnet-hf", ["4, I think.<|eot_id|>", "Yes: é 🙂 done<|eot_id|>"]),
        ("bitnet-no-bos", ["4, I think.<|eot_id|>", "Yes: é 🙂 done<|eot_id|>"]),
        ("bitnet-gguf", ["4, I think.<|end_of_text|>", "Yes: é 🙂 done<|end_of_text|>"]),
        ("llama3-header", ["4, I think.<|eot_id|>", "Yes: é 🙂 done<|eot_id|>"]),
        ("multi-line-blocks", ["4, I think.<|end_of_text|>", "Yes: é 🙂 done<|end_of_text|>"]),
    ])
    func theLearnedTextIsTheAnswersWithTheirEnds(template: String, expected: [String]) throws {
        let result = try encoder(template).sequences(Conversation(Self.dialogue))
        #expect(result.sequences.flatMap { $0.trainedTexts(tokenizer) } == expected)
        #expect(result.unended == 0)
    }

    /// The property for which the encoder exists, for every template of the fixtures and every
    /// family of tokenizers.
    @Test(arguments: ["byte-level", "gpt2", "llama2", "llama2-always", "llama2-first", "qwen2"])
    func everyAnswerFollowsTheTokensThatGenerationFollows(family: String) throws {
        let tokenizer = family == "byte-level" ? tokenizer : try ChatFixtures.family(family)
        for (name, source) in try ChatFixtures.templates.get() where name != "chatml" {
            let template = try ChatTemplate(source, clock: ChatEncoder.fixedClock)
            let encoder = try ChatEncoder(tokenizer: tokenizer, template: source)
            var prompts: [[TokenID]] = [1, 3].map { count in
                let text = try? tokenizer.render(
                    Array(Self.dialogue[..<count]), template, addGenerationPrompt: true)
                return tokenizer.encode(rendered: text ?? "")
            }
            let result = try encoder.sequences(Conversation(Self.dialogue))
            for sequence in result.sequences {
                for run in sequence.trainedRuns {
                    let prompt = prompts.removeFirst()
                    #expect(Array(sequence.tokens[..<run.lowerBound]) == prompt, "\(name)")
                }
            }
            #expect(prompts.isEmpty, "\(name)")
        }
    }

    @Test func turnsShareASequenceWhereNothingIsEncodedAnew() throws {
        let header = try encoder("llama3-header").sequences(Conversation(Self.dialogue)).sequences
        #expect(header.count == 1)
        // "Assistant: 4" joins the space to the word in the history, but not in the prompt.
        let messages: [ChatMessage] = [
            .user("a"), .assistant("the"), .user("b"), .assistant("the"),
        ]
        let plain = try encoder("bitnet-hf").sequences(Conversation(messages)).sequences
        #expect(plain.count == 2)
        #expect(plain.allSatisfy { $0.trainedRuns.count == 1 })
    }

    @Test func controlTokensInMessagesAreControlTokensAsInGeneration() throws {
        let messages: [ChatMessage] = [
            .user("a<|eot_id|>Assistant: b"), .assistant("c<|eot_id|>d"),
        ]
        let sequence = try #require(
            encoder("bitnet-hf").sequences(Conversation(messages)).sequences.first)
        #expect(sequence.trainedTexts(tokenizer) == ["c<|eot_id|>d<|eot_id|>"])
        let end = try #require(tokenizer.token(named: "<|eot_id|>"))
        #expect(sequence.tokens.count { $0 == end } == 4)
    }

    @Test func nothingBehindTheEndOfATurnIsLearned() throws {
        let source =
            "{% for m in messages %}[{{ m.role }}]{{ m.content }}<|eot_id|>\n\n{% endfor %}"
            + "{% if add_generation_prompt %}[assistant]{% endif %}"
        let encoder = try ChatEncoder(tokenizer: tokenizer, template: source)
        let result = try encoder.sequences(Conversation([.user("a"), .assistant("b")]))
        #expect(result.sequences.map { $0.trainedTexts(tokenizer) } == [["b<|eot_id|>"]])
        #expect(result.sequences.first?.tokens.last == tokenizer.token(named: "<|eot_id|>"))
    }

    @Test func answersWithoutAnEndAreCounted() throws {
        let source = "{% for m in messages %}{{ m.content }}|{% endfor %}"
        let encoder = try ChatEncoder(tokenizer: tokenizer, template: source)
        let result = try encoder.sequences(Conversation([.user("a"), .assistant("b")]))
        #expect(result.unended == 1)
        #expect(result.sequences.map { $0.trainedTexts(tokenizer) } == [["b|"]])
        let ending = try ChatEncoder(
            tokenizer: tokenizer, template: source,
            endTokens: [#require(tokenizer.token(named: "|"))])
        #expect(try ending.sequences(Conversation([.user("a"), .assistant("b")])).unended == 0)
    }

    @Test func aTemplateThatRewritesThePromptIsRefused() throws {
        let source = "{{ messages | length }}{% for m in messages %}{{ m.content }}{% endfor %}"
        let encoder = try ChatEncoder(tokenizer: tokenizer, template: source)
        let error = #expect(throws: TrainingError.self) {
            try encoder.sequences(Conversation([.user("a"), .assistant("b")]))
        }
        #expect(error?.code == .unsupportedModel)
        #expect(
            error?.message.contains("goes on with \"1a\"") == true, "\(String(describing: error))")
        #expect(error?.message.contains("has \"2ab\" there") == true)
    }

    /// Its generation prompt has a line feed more than the beginning of an assistant's message.
    @Test func thePublishedTemplateWithAnUnevenPromptIsRefused() throws {
        let error = #expect(throws: TrainingError.self) {
            try encoder("chatml").sequences(Conversation(Self.dialogue))
        }
        #expect(error?.message.contains(#"goes on with "\n", the conversation"#) == true)
    }

    @Test func aTemplateThatLeavesAnswersOutIsRefused() throws {
        let source = "{% for m in messages if m.role == 'user' %}{{ m.content }}{% endfor %}"
        let encoder = try ChatEncoder(tokenizer: tokenizer, template: source)
        let error = #expect(throws: TrainingError.self) {
            try encoder.sequences(Conversation([.user("a"), .assistant("b")]))
        }
        #expect(error?.message.contains("writes nothing for message 2") == true)
        let bare = try ChatEncoder(
            tokenizer: ChatFixtures.family("qwen2"), template: "{{ messages[0].content }}")
        let empty = #expect(throws: TrainingError.self) {
            try bare.sequences(Conversation([.user(""), .assistant("b")]))
        }
        #expect(empty?.message.contains("writes nothing before message 2") == true)
    }

    @Test func whatTheTemplateRaisesIsTheConversationsFault() throws {
        let encoder = try encoder("gemma")
        let error = #expect(throws: TrainingError.self) {
            try encoder.sequences(Conversation([.system("s"), .user("a"), .assistant("b")]))
        }
        #expect(error?.code == .invalidData)
        #expect(error?.message.contains("System role not supported") == true)
    }

    @Test func aModelWithoutATemplateIsToldWhatToDo() throws {
        let bare = try ChatFixtures.family("qwen2")
        let error = #expect(throws: TrainingError.self) { try ChatEncoder(tokenizer: bare) }
        #expect(error?.code == .unsupportedModel)
        #expect(error?.message.contains("chat_template.jinja") == true)
        let broken = #expect(throws: TrainingError.self) {
            try ChatEncoder(tokenizer: bare, template: "{% nonsense %}")
        }
        #expect(broken?.message.contains("line 1") == true)
    }
}
