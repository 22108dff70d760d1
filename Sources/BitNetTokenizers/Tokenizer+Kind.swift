/// The families of tokenizers, by how they spell text.
public enum TokenizerKind: String, Sendable {
    /// Byte pairs of a text's bytes (GPT-2, Llama 3, Qwen 2).
    case byteLevel = "byte-level BPE"
    /// Byte pairs of characters, with tokens for single bytes (Llama 2).
    case sentencePiece = "SentencePiece BPE"
}

extension Tokenizer {
    /// The family of the tokenizer.
    public var kind: TokenizerKind {
        switch core.encoder {
        case .byteLevel: .byteLevel
        case .sentencePiece: .sentencePiece
        }
    }
}
