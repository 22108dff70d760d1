import BitNetTokenizers
import BitNetTraining
import Testing

/// The forms of preferences in JSONL files, and what is refused.
@Suite struct PreferenceDatasetTests {
    private static let user = #"{"role":"user","content":"Q"}"#
    private static func reply(_ text: String) -> String {
        #"{"role":"assistant","content":"\#(text)"}"#
    }

    @Test(arguments: [
        #"{"prompt":"Q","chosen":"good","rejected":"bad"}"#,
        #"{"prompt":[\#(user)],"chosen":[\#(reply("good"))],"rejected":[\#(reply("bad"))]}"#,
        #"{"prompt":[\#(user)],"chosen":"good","rejected":"bad"}"#,
        #"{"prompt":"Q","chosen":[\#(reply("good"))],"rejected":"bad"}"#,
        #"{"prompt":"Q","chosen":[\#(user),\#(reply("good"))],"rejected":[\#(user),\#(reply("bad"))]}"#,
        #"{"chosen":[\#(user),\#(reply("good"))],"rejected":[\#(user),\#(reply("bad"))],"score":1}"#,
    ])
    func everyFormGivesTheSamePair(line: String) throws {
        let data = try ChatFixtures.preferences(line)
        let tokenizer = try ChatFixtures.tokenizer.get()
        let pair = try #require(data.pairs.first)
        let prompt = "<|begin_of_text|>User: Q<|eot_id|>Assistant: "
        #expect(tokenizer.decode(pair.chosen.tokens) == prompt + "good<|eot_id|>")
        #expect(tokenizer.decode(pair.rejected.tokens) == prompt + "bad<|eot_id|>")
        #expect(pair.chosen.trainedTexts(tokenizer) == ["good<|eot_id|>"])
        #expect(pair.rejected.trainedTexts(tokenizer) == ["bad<|eot_id|>"])
        #expect(
            data.statistics.trainedTokens == pair.chosen.trainedCount + pair.rejected.trainedCount)
    }

    @Test func earlierTurnsAndTheSystemBelongToThePrompt() throws {
        let shared =
            #"{"role":"system","content":"S"},\#(Self.user),\#(Self.reply("same")),\#(Self.user)"#
        let line =
            #"{"prompt":"Q","chosen":[\#(shared),\#(Self.reply("a"))],"#
            + #""rejected":[\#(shared),\#(Self.reply("b"))]}"#
        let tokenizer = try ChatFixtures.tokenizer.get()
        let pair = try #require(ChatFixtures.preferences(line).pairs.first)
        #expect(pair.chosen.trainedTexts(tokenizer) == ["a<|eot_id|>"])
        #expect(tokenizer.decode(pair.chosen.tokens).contains("System: S<|eot_id|>User: Q"))
    }

    @Test func pairsWithoutADifferenceAreLeftOut() throws {
        let long = String(repeating: "x ", count: 60)
        let text = """
            {"prompt":"Q","chosen":"same","rejected":"same"}
            {"prompt":"Q","chosen":"\(long)a","rejected":"\(long)b"}
            {"prompt":"\(long)","chosen":"a","rejected":"b"}
            {"prompt":"Q","chosen":"a \(long)","rejected":"b"}
            """
        let data = try ChatFixtures.preferences(text, maximumLength: 40)
        #expect(data.pairs.count == 1)
        #expect(data.statistics.lines == 4)
        #expect(data.statistics.identical == 1)
        #expect(data.statistics.skipped == 2)
        #expect(data.statistics.truncated == 1)
        #expect(data.pairs[0].chosen.length == 40)
    }

    @Test(arguments: [
        (#"{"prompt":"Q","chosen":"a"}"#, "found the keys prompt, chosen; expected prompt, chosen"),
        (#"{"chosen":"a","rejected":"b"}"#, "no prompt and only the answer for \"chosen\""),
        (#"{"prompt":"Q","chosen":1,"rejected":"b"}"#, "a number for \"chosen\""),
        (#"{"prompt":"P","chosen":[\#(user),\#(reply("a"))],"rejected":"b"}"#, "another question"),
        (
            #"{"chosen":[\#(user)],"rejected":[\#(user),\#(reply("b"))]}"#,
            "0 messages in \"chosen\""
        ),
        (
            #"{"prompt":"Q","chosen":[\#(reply("a")),\#(user),\#(reply("c"))],"rejected":"b"}"#,
            "3 messages in \"chosen\" after the 1 that both sides share"
        ),
        (#"{"prompt":"Q","chosen":"a","rejected":"b"#, "the end of the line"),
    ])
    func everyErrorNamesTheLine(line: String, expected: String) throws {
        let error = #expect(throws: TrainingError.self) {
            try ChatFixtures.preferences(
                #"{"prompt":"Q","chosen":"a","rejected":"b"}"# + "\n" + line)
        }
        #expect(error?.file.hasSuffix("/pairs.jsonl, line 2") == true)
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
    }

    @Test func filesWithoutPreferencesAreRefused() throws {
        let empty = #expect(throws: TrainingError.self) { try ChatFixtures.preferences("") }
        #expect(empty?.message.contains("no lines") == true)
        let same = #expect(throws: TrainingError.self) {
            try ChatFixtures.preferences(#"{"prompt":"Q","chosen":"a","rejected":"a"}"#)
        }
        #expect(same?.message.contains("both answers are the same") == true)
    }
}
