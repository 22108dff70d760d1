import BitNetTestSupport
import BitNetTokenizers
import Foundation
import Testing

/// The tokenizer of the checkpoint fixtures against Hugging Face tokenizers.
struct FixtureTokenizerTests {
    fileprivate struct Cases: Decodable {
        struct Encoding: Decodable {
            let text: String
            let ids: [TokenID]
            let ids_with_bos: [TokenID]
            let decoded: String
            let decoded_skip_special: String
        }
        struct Decoding: Decodable {
            let ids: [TokenID]
            let text: String
            let text_skip_special: String
        }
        let vocab_size: Int
        let cases: [Encoding]
        let decode_cases: [Decoding]
    }

    private let tokenizer: Tokenizer
    fileprivate let cases: Cases

    init() throws {
        let configuration = try TokenizerConfigurationFile(
            json: Self.bytes("tokenizer/tokenizer_config.json"))
        tokenizer = try Tokenizer.fromTokenizerJSON(
            Self.bytes("tokenizer/tokenizer.json"), configuration: configuration)
        cases = try Fixtures.json("tokenizer/tokenizer_cases.json")
    }

    private static func bytes(_ path: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: Fixtures.url(path)))
    }

    @Test func encodesTheReferenceTexts() {
        #expect(cases.cases.count == 93)
        for item in cases.cases {
            #expect(tokenizer.encode(item.text) == item.ids, "\(item.text.debugDescription)")
            #expect(tokenizer.encode(item.text, addBeginningOfText: true) == item.ids_with_bos)
        }
    }

    @Test func decodesTheReferenceTexts() {
        for item in cases.cases {
            expectSame(tokenizer.decode(item.ids), item.decoded)
            expectSame(
                tokenizer.decode(item.ids, skipSpecialTokens: true), item.decoded_skip_special)
        }
    }

    @Test func decodesCutCharacters() {
        #expect(cases.decode_cases.count == 25)
        for item in cases.decode_cases {
            expectSame(tokenizer.decode(item.ids), item.text)
            expectSame(tokenizer.decode(item.ids, skipSpecialTokens: true), item.text_skip_special)
        }
    }

    @Test func streamsWhatTheWholeDecodesTo() {
        for item in cases.decode_cases + cases.cases.map(Cases.Decoding.init) {
            for skips in [false, true] {
                var stream = StreamingDetokenizer(tokenizer, skipSpecialTokens: skips)
                let text = item.ids.map { stream.append($0) }.joined() + stream.finish()
                expectSame(text, skips ? item.text_skip_special : item.text)
            }
        }
    }

    @Test func readsTheConfiguration() {
        #expect(tokenizer.vocabularyCount == cases.vocab_size)
        #expect(tokenizer.beginningOfText == 591)
        #expect(tokenizer.endOfText == 592)
        #expect(tokenizer.endOfGeneration == [592, 597])
        #expect(tokenizer.addsBeginningOfText)
        #expect(tokenizer.chatTemplate?.hasPrefix("{% set loop_messages = messages %}") == true)
    }

    @Test func givesTheBytesOfTokens() {
        #expect(tokenizer.bytes(of: 220) == [0x20])
        #expect(tokenizer.bytes(of: 597) == Array("<|eot_id|>".utf8))
        #expect(tokenizer.bytes(of: -1) == [])
        #expect(tokenizer.bytes(of: 599) == [])
        #expect(tokenizer.token(named: "<|eot_id|>") == 597)
        #expect(tokenizer.token(named: " ") == 220)
        #expect(tokenizer.token(named: "<|eot|>") == nil)
    }
}

extension FixtureTokenizerTests.Cases.Decoding {
    fileprivate init(_ item: FixtureTokenizerTests.Cases.Encoding) {
        self.init(
            ids: item.ids, text: item.decoded, text_skip_special: item.decoded_skip_special)
    }
}

/// Expects equal bytes: equality of `String`s would overlook differences in normalisation.
func expectSame(
    _ actual: String, _ expected: String, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(Array(actual.utf8) == Array(expected.utf8), sourceLocation: sourceLocation)
}
