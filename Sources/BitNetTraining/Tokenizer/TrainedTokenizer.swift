public import BitNetTokenizers

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A tokenizer that was trained, as the files that make a Hugging Face folder of it.
public struct TrainedTokenizer: Sendable {
    /// The tokenizer, as it is read back from the files.
    public let tokenizer: Tokenizer
    /// `tokenizer.json`, `tokenizer_config.json`, `special_tokens_map.json`, `chat_template.jinja`.
    public let files: TokenizerFiles
    /// The number of merges.
    public let mergeCount: Int

    /// Adds the control tokens to a vocabulary of text and writes the files.
    init(_ vocabulary: BytePairVocabulary) throws {
        mergeCount = vocabulary.merges.count
        let writer = try TokenizerFileWriter(Self.values(vocabulary))
        files = TokenizerFiles(contents: [
            (TokenizerFiles.main, writer.tokenizerJSON()),
            (TokenizerFiles.configuration, writer.configurationJSON()),
            ("special_tokens_map.json", try Self.specialTokensMap()),
            (TokenizerFiles.template, Array(ChatFormat.template.utf8)),
        ])
        tokenizer = try files.tokenizer()
    }

    private static func values(_ vocabulary: BytePairVocabulary) -> GGUFTokenizerValues {
        let alphabet = TokenSpelling.byteCharacters
        let spellings = vocabulary.tokens.map { $0.flatMap { alphabet[Int($0)] } }
        var tokens = PackedStrings()
        for spelling in spellings { tokens.append(spelling) }
        for name in ChatFormat.controlTokens { tokens.append(Array(name.utf8)) }
        var merges = PackedStrings()
        for (left, right) in vocabulary.merges {
            merges.append(spellings[Int(left)] + [0x20] + spellings[Int(right)])
        }
        var values = GGUFTokenizerValues(model: "gpt2", tokens: tokens)
        values.pre = "llama-bpe"
        values.merges = merges
        values.tokenTypes =
            spellings.map { _ in 1 } + ChatFormat.controlTokens.map { _ in 3 }
        values.beginningOfText = TokenID(spellings.count)
        values.endOfText = TokenID(spellings.count + 1)
        values.addsBeginningOfText = true
        return values
    }

    private static func specialTokensMap() throws -> [UInt8] {
        struct Map: Encodable {
            let bos_token = ChatFormat.beginningOfText
            let eos_token = ChatFormat.endOfText
            let additional_special_tokens = Array(ChatFormat.controlTokens.dropFirst(2))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(Map())) + [0x0A]
    }
}
