import BitNetTestSupport
import BitNetTokenizers
import BitNetTraining
import Testing

/// The forms of conversations in JSONL files, and what is refused.
@Suite struct ChatDatasetTests {
    private func texts(_ line: String) throws -> (whole: String, trained: [String]) {
        let tokenizer = try ChatFixtures.tokenizer.get()
        let sequence = try #require(ChatFixtures.dataset(line).sequences.first)
        return (tokenizer.decode(sequence.tokens), sequence.trainedTexts(tokenizer))
    }

    @Test(arguments: [
        #"{"messages":[{"role":"user","content":"Hi\u0021"},{"role":"assistant","content":"Yo"}]}"#,
        #"{"conversations":[{"from":"human","value":"Hi!"},{"from":"gpt","value":"Yo"}]}"#,
        #"{"prompt":"Hi!","completion":"Yo"}"#,
        #"{"prompt":[{"role":"user","content":"Hi!"}],"completion":[{"role":"assistant","content":"Yo"}]}"#,
        #"{"instruction":"Hi!","output":"Yo"}"#,
        #"{"instruction":"Hi!","input":"","output":"Yo","text":"ignored"}"#,
        #"{"messages":[{"role":"user","content":[{"type":"text","text":"H"},{"type":"text","text":"i!"}]},"#
            + #"{"role":"assistant","content":"Yo","tool_calls":[]}]}"#,
        #"{"prompt":"ignored","messages":[{"role":"user","content":"Hi!"},{"role":"assistant","content":"Yo","weight":1}]}"#,
        "\u{FEFF}  {\"prompt\":\"Hi!\",\"completion\":\"Yo\"} \r\n\r\n  \n",
    ])
    func everyFormGivesTheSameSequence(line: String) throws {
        let (whole, trained) = try texts(line)
        #expect(whole == "<|begin_of_text|>User: Hi!<|eot_id|>Assistant: Yo<|eot_id|>")
        #expect(trained == ["Yo<|eot_id|>"])
    }

    @Test func inputFollowsTheInstruction() throws {
        let (whole, _) = try texts(#"{"instruction":"Add","input":"1, 2","output":"3"}"#)
        #expect(whole.contains("User: Add\n\n1, 2<|eot_id|>"))
    }

    @Test func onlyCompletionsAndWeightedMessagesAreLearned() throws {
        let prompt = #"[{"role":"user","content":"a"},{"role":"assistant","content":"b"},"#
        let completion = try texts(
            #"{"prompt":\#(prompt){"role":"user","content":"c"}],"completion":"d"}"#)
        #expect(completion.trained == ["d<|eot_id|>"])
        let weighted = try texts(
            #"{"messages":[{"role":"user","content":"a"},"#
                + #"{"role":"assistant","content":"b","weight":0},{"role":"user","content":"c"},"#
                + #"{"role":"assistant","content":"d"}]}"#)
        #expect(weighted.trained == ["d<|eot_id|>"])
        #expect(weighted.whole.contains("b<|eot_id|>"))
    }

    @Test(arguments: [
        (#"{"messages":[{"role":"user","content":"a"}]}"#, "no assistant's message"),
        (#"{"messages":[]}"#, "an empty list for \"messages\""),
        (#"{"messages":"a"}"#, "a string for \"messages\"; expected a list"),
        (#"{"messages":[1]}"#, "a number for messages[0]"),
        (#"{"messages":[{"content":"a"}]}"#, "nothing for messages[0].role"),
        (#"{"messages":[{"role":"","content":"a"}]}"#, "messages[0].role; expected a role"),
        (#"{"messages":[{"role":"user"}]}"#, "nothing for messages[0].content"),
        (#"{"messages":[{"role":"user","content":null}]}"#, "null for messages[0].content"),
        (#"{"messages":[{"role":"user","content":[{"type":"image"}]}]}"#, "else than text"),
        (#"{"messages":[{"role":"assistant","content":"a","weight":0.5}]}"#, "expected 0 or 1"),
        (#"{"messages":[{"role":"assistant","content":"","tool_calls":[{}]}]}"#, "tool calls in"),
        (#"{"conversations":[{"from":"bot","value":"a"}]}"#, #""bot" for conversations[0].from"#),
        (#"{"conversations":[{"role":"user","content":"a"}]}"#, "expected human, gpt or system"),
        (#"{"prompt":"a"}"#, "found the keys prompt; expected messages, conversations"),
        (#"{"prompt":7,"completion":"a"}"#, "a number for \"prompt\"; expected a list"),
        (#"{"instruction":"a"}"#, "nothing for \"output\""),
        (#"{"instruction":"a","input":[],"output":"b"}"#, "a list for \"input\""),
        ("{}", "an empty object"), ("[1]", "found a list; expected an object"), ("7", "a number"),
        ("{", "the end of the line at byte 1"), (#"{"a":1}}"#, "byte 0x7d at byte 7"),
        ("{\"messages\":[{\"role\":\"user\u{0}\"", "byte 0x0 at byte"),
        (String(repeating: "[", count: 5000), "more than 128 lists"),
    ])
    func everyErrorNamesTheLine(line: String, expected: String) throws {
        let text = #"{"prompt":"a","completion":"b"}"# + "\n\n" + line + "\n"
        let error = #expect(throws: TrainingError.self) { try ChatFixtures.dataset(text) }
        #expect(error?.code == .invalidData)
        #expect(error?.file.hasSuffix("/data.jsonl, line 3") == true, "\(error?.file ?? "")")
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
    }

    @Test func errorsOfTheTemplateNameTheLineToo() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            Array(#"{"prompt":[{"role":"system","content":"s"}],"completion":"b"}"#.utf8), to: "d")
        let gemma = try #require(ChatFixtures.templates.get()["gemma"])
        let error = #expect(throws: TrainingError.self) {
            let encoder = try ChatEncoder(tokenizer: ChatFixtures.tokenizer.get(), template: gemma)
            return try ChatDataset(path: path, encoder: encoder, maximumLength: 9)
        }
        #expect(error?.file.hasSuffix("/d, line 1") == true)
    }

    @Test func filesWithoutConversationsAreRefused() throws {
        for text in ["", "\n \n"] {
            let error = #expect(throws: TrainingError.self) { try ChatFixtures.dataset(text) }
            #expect(error?.message.contains("no lines") == true)
        }
        let missing = #expect(throws: TrainingError.self) {
            let encoder = try ChatEncoder(tokenizer: ChatFixtures.tokenizer.get())
            return try ChatDataset(path: "/nowhere/x.jsonl", encoder: encoder, maximumLength: 9)
        }
        #expect(missing?.code == .file)
        let length = #expect(throws: TrainingError.self) {
            try ChatFixtures.dataset("{}", maximumLength: 0)
        }
        #expect(length?.code == .invalidConfiguration)
    }

    @Test func longConversationsAreCutOrLeftOut() throws {
        let text = """
            {"prompt":"a","completion":"\(String(repeating: "x ", count: 100))"}
            {"prompt":"\(String(repeating: "x ", count: 100))","completion":"b"}
            {"prompt":"a","completion":"b"}
            """
        let data = try ChatFixtures.dataset(text, maximumLength: 40)
        #expect(data.statistics.conversations == 3)
        #expect(data.statistics.truncated == 1)
        #expect(data.statistics.skipped == 1)
        #expect(data.sequences.map(\.length).first == 40)
        #expect(data.sequences.count == 2)
        #expect(data.sequences.allSatisfy { $0.weights.count == $0.tokens.count - 1 })
        #expect(data.statistics.tokens == data.sequences.reduce(0) { $0 + $1.tokens.count })
        #expect(data.statistics.trainedTokens == data.sequences.reduce(0) { $0 + $1.trainedCount })
        let error = #expect(throws: TrainingError.self) {
            try ChatFixtures.dataset(text, maximumLength: 2)
        }
        #expect(error?.message.contains("nothing to learn is left of 3 lines") == true)
    }

    /// Lines of every length around the size of the reader's parts.
    @Test func linesSpanTheReadersParts() throws {
        let filler = String(repeating: " ", count: (1 << 20) - 40)
        var text = ""
        for index in 0..<64 {
            if index % 32 == 7 { text += filler + "\n" }
            text += #"{"prompt":"a","completion":"\#(index)"}"# + "\n"
        }
        let data = try ChatFixtures.dataset(text)
        let tokenizer = try ChatFixtures.tokenizer.get()
        let answers = data.sequences.flatMap { $0.trainedTexts(tokenizer) }
        #expect(answers == (0..<64).map { "\($0)<|eot_id|>" })
    }

    @Test func progressGoesFromLineToLineToTheEnd() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            Array(String(repeating: #"{"prompt":"a","completion":"b"}"# + "\n", count: 4).utf8),
            to: "d")
        var fractions: [Double] = []
        _ = try ChatDataset(
            path: path, encoder: ChatEncoder(tokenizer: ChatFixtures.tokenizer.get()),
            maximumLength: 99, progress: { fractions.append($0) })
        #expect(fractions == [0.25, 0.5, 0.75, 1])
    }

    /// No damage to a file crashes the reader.
    @Test func damagedFilesGiveErrorsOrConversations() throws {
        var random = SeededGenerator(seed: 4)
        let text = InstructionTask.conversations(InstructionTask.examples(3, seed: 1))
        let folder = try TemporaryFolder()
        let encoder = try ChatEncoder(tokenizer: ChatFixtures.tokenizer.get())
        for round in 0..<400 {
            let mutation = Mutation.allCases[round % Mutation.allCases.count]
            let bytes = mutation.apply(
                to: Array(text.utf8), headerSize: text.utf8.count, using: &random)
            let path = try folder.write(bytes, to: "d")
            do throws(TrainingError) {
                _ = try ChatDataset(path: path, encoder: encoder, maximumLength: 99)
            } catch {
                #expect(error.code == .invalidData && error.file.hasPrefix(path))
            }
        }
    }
}
