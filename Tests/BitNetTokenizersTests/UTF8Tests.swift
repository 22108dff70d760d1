import BitNetTestSupport
import BitNetTokenizers
import Testing

/// Bytes that are not UTF-8, and characters that come in parts.
struct UTF8Tests {
    private struct Fixture: Decodable {
        struct Case: Decodable {
            let bytes: String
            let text: String

            /// The bytes that the hexadecimal digits stand for.
            var data: [UInt8] {
                let digits = Array(bytes)
                return stride(from: 0, to: digits.count, by: 2).compactMap {
                    UInt8(String(digits[$0...($0 + 1)]), radix: 16)
                }
            }
        }
        let cases: [Case]
    }

    private let tokenizer: Tokenizer
    private let cases: [Fixture.Case]

    init() throws {
        tokenizer = try Llama3Vocabulary.tokenizer.get()
        cases = try Fixtures.json("tokenizer-families/utf8.json", as: Fixture.self).cases
    }

    @Test func replacesIllFormedSequencesLikePython() {
        #expect(cases.count == 300)
        for item in cases {
            expectSame(tokenizer.decode(tokenizer.encode(bytes: item.data)), item.text)
        }
    }

    @Test func keepsIllFormedBytes() throws {
        let sentencePiece = try Tokenizer.fromGGUF(SentencePieceModel().values)
        for item in cases {
            #expect(tokenizer.decodeBytes(tokenizer.encode(bytes: item.data)) == item.data)
            let ids = sentencePiece.encode(bytes: item.data)
            #expect(sentencePiece.decodeBytes(ids) == item.data)
        }
    }

    @Test func streamsTheSameTextHoweverTheBytesAreCut() {
        for item in cases {
            let data = item.data
            var whole: [TokenID] = []
            for byte in data { whole += tokenizer.encode(bytes: [byte]) }
            #expect(whole.count == data.count)
            for middle in 0...data.count {
                let parts =
                    whole[..<middle] + tokenizer.encode(bytes: Array(data[middle...]))
                var stream = StreamingDetokenizer(tokenizer)
                let text = parts.map { stream.append($0) }.joined() + stream.finish()
                expectSame(text, item.text)
            }
        }
    }

    @Test func holdsBackIncompleteCharactersOnly() {
        var stream = StreamingDetokenizer(tokenizer)
        let bytes = Array("aé😀".utf8)
        let parts = bytes.map { stream.append(tokenizer.encode(bytes: [$0])[0]) }
        #expect(parts == ["a", "", "é", "", "", "", "😀"])
        #expect(stream.finish() == "")
    }

    @Test func streamsWithoutTheSpaceInFront() throws {
        let model = try SentencePieceModel()
        let tokenizer = try Tokenizer.fromGGUF(model.values)
        for item in model.cases {
            var stream = StreamingDetokenizer(tokenizer)
            let text = item.ids.map { stream.append($0) }.joined() + stream.finish()
            expectSame(text, item.decoded)
        }
    }

    @Test func treatsIllFormedBytesAsSymbols() {
        // A lone continuation byte may stand in front of a word, like any symbol.
        let ends = TextSplitter(pattern: .llama3).matchEnds(
            in: [0x80, 0x61, 0x62, 0xFF, 0xC3, 0x31, 0x20, 0xE4, 0xB8])
        #expect(ends == [3, 5, 6, 9])
    }
}
