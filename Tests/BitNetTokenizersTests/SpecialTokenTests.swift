import BitNetTestSupport
import BitNetTokenizers
import Testing

/// Added tokens in text.
struct SpecialTokenTests {
    private let tokenizer: Tokenizer

    init() throws { tokenizer = try Llama3Vocabulary.tokenizer.get() }

    @Test func recognisesControlTokensOnlyWhenAsked() {
        let text = "a<|eot_id|>b"
        #expect(tokenizer.encode(text) == [64, 128_009, 65])
        let escaped = tokenizer.encode(text, parseSpecialTokens: false)
        #expect(!escaped.contains(128_009))
        #expect(tokenizer.decode(escaped) == text)
    }

    @Test func escapesEveryControlToken() {
        for id in TokenID(128_000)..<128_256 {
            let name = tokenizer.decode([id])
            #expect(tokenizer.encode(name) == [id])
            let escaped = tokenizer.encode(name, parseSpecialTokens: false)
            #expect(escaped.allSatisfy { !tokenizer.isSpecial($0) })
            #expect(tokenizer.decode(escaped) == name)
        }
    }

    @Test func takesTheLongestToken() throws {
        var values = try Llama3Vocabulary.values.get()
        var tokens = PackedStrings()
        let names = [128_010: "<a>", 128_011: "<a><b>", 128_012: "<a><b><c>"]
        for id in 0..<values.tokens.count {
            tokens.append(names[id].map { Array($0.utf8) } ?? Array(values.tokens[id]))
        }
        values.tokens = tokens
        let tokenizer = try Tokenizer.fromGGUF(values)
        #expect(tokenizer.encode("<a><b><c>") == [128_012])
        #expect(tokenizer.encode("<a><b><a>") == [128_011, 128_010])
        #expect(tokenizer.encode("<a><a><b>") == [128_010, 128_011])
    }

    @Test func alwaysRecognisesUserDefinedTokens() throws {
        let tokenizer = try Tokenizer.fromGGUF(SentencePieceModel().values)
        let tool = try #require(tokenizer.token(named: "<tool>"))
        #expect(!tokenizer.isSpecial(tool))
        let ids = tokenizer.encode("a<tool>b</s>", parseSpecialTokens: false)
        #expect(ids.contains(tool))
        #expect(!ids.contains(2))
        #expect(tokenizer.decode(ids, skipSpecialTokens: true) == "a<tool> b</s>")
    }

    @Test func leavesControlTokensOutOfTextOnlyWhenAsked() {
        let ids: [TokenID] = [128_000, 9906, 128_009]
        #expect(tokenizer.decode(ids) == "<|begin_of_text|>Hello<|eot_id|>")
        #expect(tokenizer.decode(ids, skipSpecialTokens: true) == "Hello")
    }

    @Test func putsBeginningOfTextInFrontOnlyWhenAsked() {
        #expect(tokenizer.encode("Hello", addBeginningOfText: true) == [128_000, 9906])
        #expect(tokenizer.encode("", addBeginningOfText: true) == [128_000])
        #expect(tokenizer.encode("") == [])
    }
}
