import BitNetTokenizers
import Testing

/// Tokens that are equal as `String`s but differ as bytes.
struct CanonicalEquivalenceTests {
    /// `é` as one scalar and as two.
    private static let composed = "\u{E9}"
    private static let decomposed = "e\u{301}"

    @Test func tellsTokensOfAFileApart() throws {
        let json = """
            {"added_tokens":[{"id":7,"content":"<\(Self.composed)>","special":true},
              {"id":8,"content":"<\(Self.decomposed)>","special":true}],
             "normalizer":{"type":"Replace","pattern":{"String":" "},"content":"▁"},
             "model":{"type":"BPE","vocab":{"e":0,"\\u0301":1,"\(Self.composed)":2,
              "\(Self.decomposed)":3,"x":4,"x\(Self.composed)":5,"x\(Self.decomposed)":6},
             "merges":["e \u{301}","x \(Self.composed)","x \(Self.decomposed)"]}}
            """
        let tokenizer = try Tokenizer.fromTokenizerJSON(Array(json.utf8), configuration: nil)
        #expect(Self.composed == Self.decomposed)
        #expect(tokenizer.vocabularyCount == 9)
        #expect(tokenizer.encode(Self.composed) == [2])
        #expect(tokenizer.encode(Self.decomposed) == [3])
        #expect(tokenizer.encode("x" + Self.composed) == [5])
        #expect(tokenizer.encode("x" + Self.decomposed) == [6])
        #expect(tokenizer.encode("<\(Self.composed)><\(Self.decomposed)>") == [7, 8])
        #expect(tokenizer.token(named: Self.decomposed) == 3)
    }

    @Test func tellsKeysApart() throws {
        let json = "{\"\(Self.composed)\":1,\"\(Self.decomposed)\":2}"
        let root = try JSONDocument(Array(json.utf8), file: "test").root
        #expect(root.member(Self.composed)?.integer == 1)
        #expect(root.member(Self.decomposed)?.integer == 2)
    }
}
