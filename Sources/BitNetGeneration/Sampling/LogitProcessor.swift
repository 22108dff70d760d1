/// Changes logits before the draw: biases of tokens, and penalties for repetition.
///
/// It follows llama.cpp. Biases are added first. Then, for each distinct token in the window of
/// the last tokens, `repetitionPenalty` divides a positive logit and multiplies another, once;
/// `frequencyPenalty` times the token's count, and `presencePenalty`, are subtracted.
///
/// One owner per sequence. A step costs time in the number of biases and of distinct tokens in
/// the window, not in the vocabulary, and allocates only while the window is filling.
public struct LogitProcessor: Sendable {
    private let biases: [(token: Int32, bias: Float)]
    private let repetitionPenalty: Float
    private let presencePenalty: Float
    private let frequencyPenalty: Float
    private var window: TokenWindow

    /// Creates a processor that has seen no token.
    public init(parameters: GenerationParameters) {
        biases = parameters.logitBias.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        repetitionPenalty = parameters.repetitionPenalty
        presencePenalty = parameters.presencePenalty
        frequencyPenalty = parameters.frequencyPenalty
        let penalises =
            repetitionPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0
        window = TokenWindow(limit: penalises ? parameters.repetitionWindow : 0)
    }

    /// Notes a token of the sequence: first those of the prompt, then those generated.
    public mutating func accept(_ token: Int32) {
        window.append(token)
    }

    /// The tokens whose logits it changes, in no particular order.
    public var touchedTokens: [Int32] {
        biases.isEmpty && window.counts.isEmpty
            ? [] : biases.map(\.token) + window.counts.keys
    }

    /// Whether tokens that are accepted change later logits.
    public var isWatching: Bool { window.isOpen }

    /// Applies biases and penalties to one row of logits, indexed by token id, or of `tokens` in
    /// ascending order.
    ///
    /// Tokens that the row has no logit for are passed over. Logits that are not finite stay as
    /// they are, except that a bias may make plus infinity minus infinity.
    public func process(_ logits: inout [Float], of tokens: [Int32]? = nil) {
        for (token, bias) in biases {
            guard let index = Self.index(of: token, in: tokens, logits.count) else { continue }
            logits[index] = Self.biased(logits[index], by: bias)
        }
        for (token, count) in window.counts {
            guard let index = Self.index(of: token, in: tokens, logits.count) else { continue }
            logits[index] = penalised(logits[index], count: count)
        }
    }

    private static func index(of token: Int32, in tokens: [Int32]?, _ count: Int) -> Int? {
        guard let tokens else { return (0..<Int32(count)).contains(token) ? Int(token) : nil }
        var lower = 0
        var upper = tokens.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if tokens[middle] < token { lower = middle + 1 } else { upper = middle }
        }
        return lower < tokens.count && tokens[lower] == token ? lower : nil
    }

    /// Adds a bias so that a ban wins over a force, where the plain sum would be NaN.
    private static func biased(_ logit: Float, by bias: Float) -> Float {
        let sum = logit + bias
        let isBanned = logit == -.infinity || (bias == -.infinity && !logit.isNaN)
        return isBanned ? -.infinity : sum
    }

    private func penalised(_ logit: Float, count: Int) -> Float {
        guard logit.isFinite else { return logit }
        let scaled = logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty
        return scaled - (Float(count) * frequencyPenalty + presencePenalty)
    }
}

/// The last tokens of a sequence, and how often each of them occurs among them.
private struct TokenWindow: Sendable {
    /// The count, at least 1, of each distinct token in the window.
    private(set) var counts: [Int32: Int] = [:]

    private var ring: [Int32] = []
    private var oldest = 0
    private let limit: Int

    /// Whether it keeps any token.
    var isOpen: Bool { limit != 0 }

    /// Creates an empty window of `limit` tokens: none if 0, without a bound if negative.
    init(limit: Int) {
        self.limit = limit
        let expected = min(max(limit, 0), 4096)
        ring.reserveCapacity(expected)
        counts.reserveCapacity(expected + 1)
    }

    mutating func append(_ token: Int32) {
        guard limit != 0 else { return }
        counts[token, default: 0] += 1
        guard limit > 0 else { return }
        if ring.count < limit {
            ring.append(token)
        } else {
            forget(ring[oldest])
            ring[oldest] = token
            oldest = (oldest + 1) % limit
        }
    }

    private mutating func forget(_ token: Int32) {
        guard let count = counts[token] else { return }
        counts[token] = count > 1 ? count - 1 : nil
    }
}
