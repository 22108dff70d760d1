internal import BitNetTokenizers

/// What generations of one model have in common.
struct GenerationContext: Sendable {
    let tokenizer: Tokenizer
    /// Tokens that end a text.
    let endTokens: Set<TokenID>
    let vocabularySize: Int
    /// Positions of a sequence.
    let contextLength: Int
}
