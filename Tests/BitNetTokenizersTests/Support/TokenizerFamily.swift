import BitNetTestSupport
import BitNetTokenizers
import Foundation

/// A small tokenizer under `Tests/Fixtures/tokenizer-families`, and what the reference made of it.
struct TokenizerFamily {
    /// The results for one text.
    struct Case: Decodable {
        let text: String
        let ids: [TokenID]
        let decoded: String
        let decoded_skip_special: String?
    }

    private struct Cases: Decodable {
        let cases: [Case]
    }

    let tokenizer: Tokenizer
    let cases: [Case]

    init(_ name: String) throws {
        tokenizer = try Tokenizer.fromTokenizerJSON(
            Self.bytes("\(name)/tokenizer.json"), configuration: nil)
        cases = try Fixtures.json("tokenizer-families/\(name)/cases.json", as: Cases.self).cases
    }

    /// The bytes of a file of the families.
    static func bytes(_ path: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: Fixtures.url("tokenizer-families/\(path)")))
    }
}

/// The SentencePiece model of the families, as the metadata of a GGUF file.
struct SentencePieceModel: Decodable {
    let tokens: [String]
    let scores: [Float]
    let token_type: [Int32]
    let cases: [TokenizerFamily.Case]

    init() throws {
        self = try Fixtures.json("tokenizer-families/llama2/gguf.json")
    }

    var values: GGUFTokenizerValues {
        var values = GGUFTokenizerValues(model: "llama", tokens: PackedStrings(tokens))
        values.scores = scores
        values.tokenTypes = token_type
        return values
    }
}
