import BitNetTestSupport
import BitNetTokenizers
import Testing

/// Tokenizers from the metadata of GGUF files.
struct GGUFTokenizerTests {
    /// Letters, a digit, two digits and a control token.
    private func values(pre: String?) -> GGUFTokenizerValues {
        var values = GGUFTokenizerValues(
            model: "gpt2", tokens: PackedStrings(["a", "b", "ab", "1", "11", "abc", "<x>", "Ġ"]))
        values.merges = PackedStrings(["a b", "1 1"])
        values.tokenTypes = [1, 1, 1, 1, 1, 1, 3, 1]
        values.pre = pre
        return values
    }

    @Test(arguments: ["llama-bpe", "llama3", "llama-v3", "falcon3", "falcon_e", "default", nil])
    func usesTheSplitOfLlama3(_ pre: String?) throws {
        let tokenizer = try Tokenizer.fromGGUF(values(pre: pre))
        // Three digits at most; `abc` can only be taken whole.
        #expect(tokenizer.encode("1111") == [4, 3, 3])
        #expect(tokenizer.encode("abc") == [5])
    }

    @Test func usesTheSplitsOfQwen2AndGPT2() throws {
        let qwen2 = try Tokenizer.fromGGUF(values(pre: "qwen2"))
        #expect(qwen2.encode("1111") == [3, 3, 3, 3])
        let gpt2 = try Tokenizer.fromGGUF(values(pre: "gpt-2"))
        #expect(gpt2.encode("1111") == [4, 4])
        #expect(!qwen2.addsBeginningOfText)
    }

    @Test func refusesOtherSplitsByName() throws {
        let error = #expect(throws: TokenizerError.self) {
            try Tokenizer.fromGGUF(values(pre: "deepseek-llm"))
        }
        #expect(error?.code == .unsupported)
        #expect(error?.found == "\"deepseek-llm\"")
        #expect(error?.expected.contains("llama-bpe") == true)
    }

    @Test func keepsControlTokensAsTheyAre() throws {
        let tokenizer = try Tokenizer.fromGGUF(values(pre: nil))
        #expect(tokenizer.bytes(of: 7) == [0x20])
        #expect(tokenizer.bytes(of: 6) == Array("<x>".utf8))
        #expect(tokenizer.encode("a<x> b") == [0, 6, 7, 1])
        #expect(tokenizer.isSpecial(6))
    }

    @Test func takesTheTokensWithARoleAsControlWithoutTypes() throws {
        var values = values(pre: nil)
        values.tokenTypes = nil
        values.endOfTurn = 6
        values.beginningOfText = 6
        let tokenizer = try Tokenizer.fromGGUF(values)
        #expect(tokenizer.encode("a<x>", addBeginningOfText: true) == [6, 0, 6])
        #expect(tokenizer.endOfGeneration == [6])
        #expect(tokenizer.addsBeginningOfText)
    }

    @Test func refusesValuesThatContradictOneAnother() {
        var cases: [GGUFTokenizerValues] = []
        func add(_ change: (inout GGUFTokenizerValues) -> Void) {
            var values = values(pre: nil)
            change(&values)
            cases.append(values)
        }
        add { $0.model = "t5" }
        add { $0.tokenTypes = [1] }
        add { $0.tokenTypes = [1, 1, 1, 1, 1, 1, 9, 1] }
        add { $0.merges = nil }
        add { $0.merges = PackedStrings(["a"]) }
        add { $0.merges = PackedStrings(["a z"]) }
        add { $0.merges = PackedStrings(["b a"]) }
        add { $0.beginningOfText = 8 }
        add { $0.endOfText = -1 }
        add { $0.model = "llama" }
        add {
            $0.model = "llama"
            $0.scores = [Float](repeating: .nan, count: 8)
        }
        for values in cases {
            #expect(throws: TokenizerError.self) { try Tokenizer.fromGGUF(values) }
        }
    }

    @Test func refusesOffsetsThatDoNotFit() throws {
        let packed = try PackedStrings(bytes: [1, 2, 3], offsets: [0, 1, 1, 3])
        #expect(packed.count == 3)
        #expect(Array(packed[2]) == [2, 3])
        for offsets: [UInt32] in [[], [0], [1, 3], [0, 2, 1, 3], [0, 4], [0, 2]] {
            #expect(throws: TokenizerError.self) {
                try PackedStrings(bytes: [1, 2, 3], offsets: offsets)
            }
        }
    }

    @Test func mergesEqualScoresFromTheLeft() throws {
        var values = GGUFTokenizerValues(
            model: "llama", tokens: PackedStrings(["<unk>", "a", "b", "ab", "ba"]))
        values.tokenTypes = [2, 1, 1, 1, 1]
        values.scores = [0, -1, -1, -1, -1]
        values.addsSpacePrefix = false
        let tokenizer = try Tokenizer.fromGGUF(values)
        #expect(tokenizer.encode("aba") == [3, 1])
        #expect(tokenizer.encode("bab") == [4, 2])
    }

    @Test func spellsUnknownTextWithOneTokenARun() throws {
        var values = GGUFTokenizerValues(
            model: "llama", tokens: PackedStrings(["<unk>", "a", "▁"]))
        values.tokenTypes = [2, 1, 1]
        values.scores = [0, -1, -2]
        let tokenizer = try Tokenizer.fromGGUF(values)
        #expect(tokenizer.encode("axyzax") == [2, 1, 0, 1, 0])
        #expect(tokenizer.encode("") == [])
    }
}
