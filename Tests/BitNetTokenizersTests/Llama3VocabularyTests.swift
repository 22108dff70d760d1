import BitNetTestSupport
import BitNetTokenizers
import Testing

/// The real vocabulary against tiktoken.
struct Llama3VocabularyTests {
    private struct Cases: Decodable {
        struct Item: Decodable {
            let text: String
            let ids: [TokenID]
        }
        let cases: [Item]
    }

    @Test func rebuildsAllMerges() throws {
        #expect(try Llama3Vocabulary.values.get().merges?.count == 280_147)
    }

    @Test func encodesLikeTiktoken() throws {
        let tokenizer = try Llama3Vocabulary.tokenizer.get()
        let cases = try Fixtures.json("llama3-tokenizer/cases.json", as: Cases.self).cases
        #expect(cases.count == 250)
        for item in cases {
            #expect(tokenizer.encode(item.text) == item.ids, "\(item.text.debugDescription)")
            #expect(Array(tokenizer.decode(item.ids).utf8) == Array(item.text.utf8))
        }
    }

    @Test func knowsTheControlTokens() throws {
        let tokenizer = try Llama3Vocabulary.tokenizer.get()
        #expect(tokenizer.vocabularyCount == 128_256)
        #expect(tokenizer.beginningOfText == 128_000)
        #expect(tokenizer.endOfText == 128_001)
        #expect(tokenizer.token(named: "<|start_header_id|>") == 128_006)
        #expect(tokenizer.endOfGeneration == [128_001, 128_009])
        #expect(tokenizer.addsBeginningOfText)
        #expect(tokenizer.isSpecial(128_255))
        #expect(!tokenizer.isSpecial(127_999))
    }
}
