/// The values under `tokenizer.` in the metadata of a GGUF file.
public struct GGUFTokenizerValues: Sendable {
    /// The family: `gpt2` for byte-level BPE, `llama` for SentencePiece (`ggml.model`).
    public var model: String
    /// The name of the split pattern (`ggml.pre`).
    public var pre: String?
    /// The tokens as the file writes them, by id (`ggml.tokens`).
    public var tokens: PackedStrings
    /// The type of each token: 1 text, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte
    /// (`ggml.token_type`).
    public var tokenTypes: [Int32]?
    /// The score of each token; higher ones merge first (`ggml.scores`, SentencePiece only).
    public var scores: [Float]?
    /// The merges in their order, each as `left right` (`ggml.merges`, byte-level BPE only).
    public var merges: PackedStrings?
    /// The token that begins a text (`ggml.bos_token_id`).
    public var beginningOfText: TokenID?
    /// The token that ends a text (`ggml.eos_token_id`).
    public var endOfText: TokenID?
    /// The token that ends a turn of a chat (`ggml.eot_token_id`).
    public var endOfTurn: TokenID?
    /// The token for text that cannot be spelled (`ggml.unknown_token_id`).
    public var unknown: TokenID?
    /// Whether encoding puts the begin-of-text token in front (`ggml.add_bos_token`).
    public var addsBeginningOfText: Bool?
    /// Whether text gets a space in front (`ggml.add_space_prefix`, SentencePiece only).
    public var addsSpacePrefix: Bool?
    /// The chat template in the Jinja language (`chat_template`).
    public var chatTemplate: String?

    /// Creates values with what every file has; the others are nil.
    public init(model: String, tokens: PackedStrings) {
        self.model = model
        self.tokens = tokens
    }
}
