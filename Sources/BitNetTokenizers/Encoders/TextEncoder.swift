/// How text between added tokens becomes tokens.
enum TextEncoder: Sendable {
    case byteLevel(ByteLevelEncoder)
    case sentencePiece(SentencePieceEncoder)

    /// Adds the tokens of `text[section]` to `ids`.
    func encode(
        _ text: [UInt8], _ section: Range<Int>, merger: inout PairMerger, into ids: inout [TokenID]
    ) {
        switch self {
        case .byteLevel(let encoder):
            encoder.encode(text, section, merger: &merger, into: &ids)
        case .sentencePiece(let encoder):
            encoder.encode(text, section, merger: &merger, into: &ids)
        }
    }

    /// The same encoder for text that follows other text: it puts no space in front.
    var withoutPrefix: TextEncoder {
        switch self {
        case .byteLevel(var encoder):
            encoder.addsPrefixSpace = false
            return .byteLevel(encoder)
        case .sentencePiece(var encoder):
            encoder.prefix = .never
            return .sentencePiece(encoder)
        }
    }
}

/// What becomes of text that no token stands for.
struct Fallback: Sendable {
    /// The token of each byte, 256 of them, -1 where there is none.
    var byteTokens: [TokenID]
    /// The token for text that byte tokens cannot spell, if there is one.
    var unknown: TokenID?
    /// Whether a run of unknown symbols becomes one token.
    var fusesUnknown: Bool

    /// Adds the tokens for bytes that are in no token: their byte tokens if every byte has one,
    /// the unknown token otherwise; nothing if there is no such token either.
    func append(_ text: ArraySlice<UInt8>, afterUnknown: Bool, to ids: inout [TokenID]) -> Bool {
        if text.allSatisfy({ byteTokens[Int($0)] >= 0 }) {
            ids += text.map { byteTokens[Int($0)] }
            return false
        }
        if let unknown, !(fusesUnknown && afterUnknown) { ids.append(unknown) }
        return true
    }
}
