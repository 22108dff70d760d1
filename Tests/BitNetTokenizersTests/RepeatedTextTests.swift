import BitNetTokenizers
import Testing

/// Long pieces of text that cannot be split; the counts are those of Hugging Face tokenizers.
struct RepeatedTextTests {
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            ("a", 125_000), (" ", 7_813), ("\n", 31_250), ("1", 333_334), ("é", 500_000),
            ("😀", 500_000), ("'", 250_000), ("ab", 500_000),
        ])
    func encodesAMegabyteOfOnePattern(_ pattern: String, _ count: Int) throws {
        let tokenizer = try Llama3Vocabulary.tokenizer.get()
        let text = String(repeating: pattern, count: 1_000_000 / pattern.utf8.count)
        let ids = tokenizer.encode(text)
        #expect(ids.count == count)
        #expect(tokenizer.decodeBytes(ids) == Array(text.utf8))
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["a", " ", "▁", "\u{301}", "<", "<s"])
    func encodesAMegabyteWithSentencePiece(_ pattern: String) throws {
        let tokenizer = try Tokenizer.fromGGUF(SentencePieceModel().values)
        let text = String(repeating: pattern, count: 1_000_000 / pattern.utf8.count)
        let ids = tokenizer.encode(text)
        // The model reads U+2581 as a space.
        let expected = pattern == "▁" ? String(repeating: " ", count: text.count) : text
        #expect(tokenizer.decodeBytes(ids) == Array(expected.utf8))
    }

    @Test(.timeLimit(.minutes(1)))
    func looksForControlTokensInLinearTime() throws {
        let tokenizer = try Llama3Vocabulary.tokenizer.get()
        let text = String(repeating: "<|reserved_special_token_", count: 40_000)
        let ids = tokenizer.encode(text)
        #expect(ids.allSatisfy { !tokenizer.isSpecial($0) })
        #expect(tokenizer.decodeBytes(ids) == Array(text.utf8))
    }
}
