public import BitNetTensors

/// New tokens of one sequence.
public struct SequenceChunk {
    /// The sequence, whose cache holds all earlier tokens.
    public let cache: KVCache
    /// The tokens that follow, at least one.
    public let tokens: [Int32]
    /// Which of them need logits.
    public let outputs: Outputs
    /// Which logits of those are needed.
    public let selection: LogitSelection

    /// Which tokens' logits are computed.
    public enum Outputs: Sendable {
        /// None: only the cache is filled.
        case none
        /// The last token's.
        case last
        /// Every token's.
        case all
    }

    /// Tokens to be appended to the sequence in `cache`.
    public init(
        cache: KVCache, tokens: [Int32], outputs: Outputs, selection: LogitSelection = .all
    ) {
        self.cache = cache
        self.tokens = tokens
        self.outputs = outputs
        self.selection = selection
    }
}

/// Which logits of a token are needed.
public enum LogitSelection: Sendable {
    /// Those of the whole vocabulary.
    case all
    /// The greatest `count`, and those of `including` in any case.
    ///
    /// A quantised head finds them with half of the reading; the logits are the same. Others may come
    /// with them, and a head as stored gives all.
    /// With a mask only tokens in it compete; those outside are left out or minus infinity. Where the
    /// mask is sparse a quantised head reads its rows only.
    case greatest(count: Int, including: [Int32], among: TokenMask? = nil)
    /// Those of the tokens in a mask; others are left out or minus infinity.
    case allowed(TokenMask)

    /// The tokens that may come next, if there is a limit.
    var mask: TokenMask? {
        switch self {
        case .all: nil
        case .greatest(_, _, let mask): mask
        case .allowed(let mask): mask
        }
    }
}

/// The logits of one token.
public struct LogitsRow {
    /// The index of the chunk in the pass.
    public let chunk: Int
    /// The index of the token in the chunk.
    public let token: Int
    /// One logit for each token of the vocabulary, or for each of `tokens`.
    public let logits: [Float]
    /// The tokens that `logits` are of, ascending; nil when they are the whole vocabulary.
    public let tokens: [Int32]?
}

/// A token of a pass whose logits are needed.
struct WantedRow {
    let chunk: Int
    /// The index of the token in its chunk.
    let token: Int
    /// Its row among all tokens of the pass.
    let row: Int
    let selection: LogitSelection
}
