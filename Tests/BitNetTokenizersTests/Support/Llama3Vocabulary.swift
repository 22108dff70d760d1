import BitNetTestSupport
import BitNetTokenizers
import Foundation

/// The real vocabulary of Llama 3, read from the fixture, with its merges built anew.
enum Llama3Vocabulary {
    static let textTokens = 128_000

    /// The tokenizer, made through the GGUF metadata.
    static let tokenizer = Result { try Tokenizer.fromGGUF(values.get()) }

    /// What the GGUF metadata of a Llama-3 model hold.
    static let values = Result {
        let tokens = try readTokens()
        var packed = PackedStrings()
        for (id, token) in tokens.enumerated() {
            packed.append(id < textTokens ? ByteAlphabet.spell(token) : token)
        }
        var values = GGUFTokenizerValues(model: "gpt2", tokens: packed)
        values.pre = "llama-bpe"
        values.merges = merges(Array(tokens.prefix(textTokens)))
        values.tokenTypes = tokens.indices.map { $0 < textTokens ? 1 : 3 }
        values.beginningOfText = 128_000
        values.endOfText = 128_001
        return values
    }

    /// Each token has a length byte in front.
    static func readTokens() throws -> [[UInt8]] {
        let data = try [UInt8](
            Data(contentsOf: Fixtures.url("llama3-tokenizer/vocabulary.bin")))
        var tokens: [[UInt8]] = []
        var index = 0
        while index < data.count {
            let end = index + 1 + Int(data[index])
            tokens.append(Array(data[(index + 1)..<end]))
            index = end
        }
        return tokens
    }

    /// Every way to cut a token in two, by the ranks of the whole, the left and the right.
    private static func merges(_ tokens: [[UInt8]]) -> PackedStrings {
        var ranks: [ArraySlice<UInt8>: Int] = [:]
        for (rank, token) in tokens.enumerated() { ranks[token[...]] = rank }
        var merges = PackedStrings()
        for token in tokens {
            let splits = token.indices.dropFirst().compactMap { middle in
                ranks[token[..<middle]].flatMap { left in
                    ranks[token[middle...]].map { (left: left, right: $0) }
                }
            }
            for (left, right) in splits.sorted(by: { ($0.left, $0.right) < ($1.left, $1.right) }) {
                merges.append(
                    ByteAlphabet.spell(tokens[left]) + [0x20] + ByteAlphabet.spell(tokens[right]))
            }
        }
        return merges
    }
}
