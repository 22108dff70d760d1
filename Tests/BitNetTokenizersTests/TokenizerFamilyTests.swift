import BitNetTokenizers
import Testing

/// Small tokenizers of every family against Hugging Face tokenizers and sentencepiece.
struct TokenizerFamilyTests {
    @Test(arguments: ["gpt2", "qwen2", "llama2", "llama2-first", "llama2-always"])
    func encodesLikeTheReference(_ name: String) throws {
        let family = try TokenizerFamily(name)
        #expect(family.cases.count > 90)
        for item in family.cases {
            #expect(family.tokenizer.encode(item.text) == item.ids, "\(item.text.debugDescription)")
        }
    }

    @Test(arguments: ["gpt2", "qwen2", "llama2", "llama2-first", "llama2-always"])
    func decodesLikeTheReference(_ name: String) throws {
        let family = try TokenizerFamily(name)
        for item in family.cases {
            expectSame(family.tokenizer.decode(item.ids), item.decoded)
            let skipped = family.tokenizer.decode(item.ids, skipSpecialTokens: true)
            expectSame(skipped, try #require(item.decoded_skip_special))
        }
    }

    @Test func encodesGGUFValuesLikeSentencePiece() throws {
        let model = try SentencePieceModel()
        let tokenizer = try Tokenizer.fromGGUF(model.values)
        #expect(model.cases.count > 90)
        for item in model.cases {
            #expect(tokenizer.encode(item.text) == item.ids, "\(item.text.debugDescription)")
            expectSame(tokenizer.decode(item.ids), item.decoded)
        }
    }

    @Test func findsTheControlTokensOfSentencePiece() throws {
        let tokenizer = try Tokenizer.fromGGUF(SentencePieceModel().values)
        #expect(tokenizer.beginningOfText == 1)
        #expect(tokenizer.endOfText == 2)
        #expect(tokenizer.endOfGeneration == [2])
        #expect(tokenizer.addsBeginningOfText)
        #expect(tokenizer.token(named: "<0x0A>").map(tokenizer.bytes(of:)) == [0x0A])
        #expect(tokenizer.token(named: "▁the") == tokenizer.token(named: " the"))
        #expect(tokenizer.token(named: " the").map(tokenizer.bytes(of:)) == Array(" the".utf8))
    }

    @Test(arguments: SplitPattern.allCases)
    func splitsLikeTheRegularExpression(_ pattern: SplitPattern) throws {
        let fixture = try SplitFixture()
        #expect(fixture.cases.count > 400)
        #expect(fixture.patterns["\(pattern)"] == pattern.rawValue)
        let splitter = TextSplitter(pattern: pattern)
        for item in fixture.cases {
            let actual = splitter.matchEnds(in: Array(item.text.utf8))
            #expect(actual == item.ends(of: pattern), "\(item.text.debugDescription)")
        }
    }
}
