public import BitNetTokenizers

/// The tokens of a model in the form that constraints need; made once for each model.
///
/// `LanguageModel.constraintVocabulary` is the one of a model.
public final class ConstraintVocabulary: Sendable {
    /// The number of tokens that the model has logits for.
    public let count: Int
    /// The tokens that end a text.
    public let endTokens: Set<TokenID>

    /// The bytes that a token adds to a text.
    public func bytes(of token: TokenID) -> [UInt8] { tokenizer.bytes(of: token) }

    let trie: TokenTrie
    let tokenizer: Tokenizer

    /// The vocabulary of `tokenizer`; building it takes some tenths of a second for 128,256 tokens.
    ///
    /// - Parameters:
    ///   - count: The number of the model's logits; nil for the tokenizer's own count.
    ///   - endTokens: The tokens that end a text; nil for the tokenizer's own.
    public init(_ tokenizer: Tokenizer, count: Int? = nil, endTokens: Set<TokenID>? = nil) {
        self.tokenizer = tokenizer
        self.count = count ?? tokenizer.vocabularyCount
        self.endTokens = endTokens ?? tokenizer.endOfGeneration
        trie = TokenTrie(tokenizer, excluding: self.endTokens)
    }
}
