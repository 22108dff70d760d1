/// The number of a token in its vocabulary, from 0.
public typealias TokenID = Int32

/// Turns text into the token ids of a model, and back.
///
/// Made from the bytes of a Hugging Face `tokenizer.json` or from the metadata of a GGUF file.
/// Knows byte-level BPE (GPT-2, Llama 3, Qwen 2) and SentencePiece-style BPE with byte fallback
/// (Llama 2). Immutable; copies share their storage, and any thread may use any copy.
public struct Tokenizer: Sendable {
    let core: TokenizerCore

    init(_ core: TokenizerCore) { self.core = core }

    /// The number of ids: they are `0..<vocabularyCount`.
    public var vocabularyCount: Int { core.vocabulary.tokens.count }

    /// The bytes that a token adds to a text, without any clean-up; none for an unknown id.
    public func bytes(of id: TokenID) -> [UInt8] {
        guard id >= 0, Int(id) < vocabularyCount else { return [] }
        return Array(core.vocabulary.tokens[Int(id)])
    }

    /// The token with exactly this text: an added token, otherwise an entry of the vocabulary.
    ///
    /// Names are the text that a token stands for (` the`, not `Ġthe` or `▁the`); `<0x0A>` names
    /// the byte token of a SentencePiece vocabulary.
    public func token(named name: String) -> TokenID? { core.token(named: Array(name.utf8)) }

    /// Whether a token is control (such as begin-of-text) rather than text.
    public func isSpecial(_ id: TokenID) -> Bool { core.special.contains(id) }

    /// The token that begins a text, if the model has one.
    public var beginningOfText: TokenID? { core.beginningOfText }

    /// The token that ends a text, if the model has one.
    public var endOfText: TokenID? { core.endOfText }

    /// The tokens after which generation stops: the end of text and the ends of a turn.
    public var endOfGeneration: Set<TokenID> { core.endOfGeneration }

    /// Whether the model's own configuration puts the begin-of-text token in front of a text.
    public var addsBeginningOfText: Bool { core.addsBeginningOfText }

    /// The model's own chat template in the Jinja language, if it has one.
    public var chatTemplate: String? { core.chatTemplate }
}

/// What all copies of a tokenizer share.
final class TokenizerCore: Sendable {
    let vocabulary: Vocabulary
    let added: AddedTokens
    let encoder: TextEncoder
    /// The tokens that are control rather than text.
    let special: Set<TokenID>
    let beginningOfText: TokenID?
    let endOfText: TokenID?
    let endOfGeneration: Set<TokenID>
    let addsBeginningOfText: Bool
    /// Whether decoding takes away a space at the very beginning.
    let stripsLeadingSpace: Bool
    let chatTemplate: String?

    init(_ parts: TokenizerParts) {
        vocabulary = parts.vocabulary
        added = AddedTokens(parts.added)
        encoder = parts.encoder
        special = Set(parts.added.lazy.filter(\.isSpecial).map(\.id))
        beginningOfText = parts.beginningOfText
        endOfText = parts.endOfText
        addsBeginningOfText = parts.addsBeginningOfText && parts.beginningOfText != nil
        stripsLeadingSpace = parts.stripsLeadingSpace
        chatTemplate = parts.chatTemplate
        let ends = parts.added.filter { WellKnownTokens.endOfGeneration.contains($0.content) }
        endOfGeneration = Set(
            ends.map(\.id) + [parts.endOfText, parts.endOfTurn].compactMap { $0 })
    }

    func token(named name: [UInt8]) -> TokenID? {
        if let match = added.tokens.first(where: { $0.content == name }) { return match.id }
        switch encoder {
        case .byteLevel:
            let id = vocabulary.find(name, name.indices)
            return id >= 0 ? id : nil
        case .sentencePiece(let encoder):
            if let byte = byteOfByteToken(name[...]) {
                let id = encoder.fallback.byteTokens[Int(byte)]
                if id >= 0 { return id }
            }
            let text = replacingLowerBlocks(name[...])
            let id = vocabulary.find(text, text.indices)
            return id >= 0 ? id : nil
        }
    }
}

/// What a tokenizer is put together from, whatever file it came from.
struct TokenizerParts {
    var vocabulary: Vocabulary
    var added: [AddedToken]
    var encoder: TextEncoder
    var stripsLeadingSpace: Bool
    var beginningOfText: TokenID?
    var endOfText: TokenID?
    var endOfTurn: TokenID?
    var addsBeginningOfText: Bool
    var chatTemplate: String?
}

/// Names of control tokens that files do not always point out.
enum WellKnownTokens {
    static let endOfGeneration: Set<[UInt8]> = names([
        "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|im_end|>", "<|endoftext|>", "</s>",
        "<end_of_turn>",
    ])
    /// Tokens that begin a text, in the order in which they are looked for.
    static let beginningOfText = ["<|begin_of_text|>", "<s>", "<bos>"].map { Array($0.utf8) }
    /// Tokens that end a text, in the order in which they are looked for.
    static let endOfText = ["<|end_of_text|>", "</s>", "<|endoftext|>", "<eos>"]
        .map { Array($0.utf8) }

    /// The first of `names` that is an added token.
    static func first(of names: [[UInt8]], in added: [AddedToken]) -> TokenID? {
        for name in names {
            if let match = added.first(where: { $0.content == name }) { return match.id }
        }
        return nil
    }

    private static func names(_ names: [String]) -> Set<[UInt8]> {
        Set(names.map { Array($0.utf8) })
    }
}
