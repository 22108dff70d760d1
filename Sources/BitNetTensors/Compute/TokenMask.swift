/// A set of tokens of one vocabulary: those that may come next.
///
/// One bit a token, so that 128,256 tokens take 16 KB. Copies share their storage.
public struct TokenMask: Sendable, Equatable {
    /// Bit i % 64 of word i / 64 is token i; bits from `vocabularyCount` on are 0.
    public let words: [UInt64]
    /// The number of tokens of the vocabulary.
    public let vocabularyCount: Int
    /// The number of tokens in the set.
    public let count: Int

    /// The set of the bits of `words`, those beyond the vocabulary left out.
    public init(words: [UInt64], vocabularyCount: Int) {
        precondition(
            vocabularyCount >= 0 && words.count == (vocabularyCount + 63) / 64,
            "\(words.count) words for a vocabulary of \(vocabularyCount)")
        var words = words
        let rest = vocabularyCount % 64
        if rest > 0 { words[words.count - 1] &= 1 << UInt64(rest) - 1 }
        self.words = words
        self.vocabularyCount = vocabularyCount
        count = words.reduce(0) { $0 + $1.nonzeroBitCount }
    }

    /// The set of `tokens`; those outside the vocabulary are left out.
    public init(_ tokens: some Sequence<Int32>, vocabularyCount: Int) {
        var words = [UInt64](repeating: 0, count: (vocabularyCount + 63) / 64)
        for token in tokens where token >= 0 && Int(token) < vocabularyCount {
            words[Int(token) / 64] |= 1 << UInt64(token % 64)
        }
        self.init(words: words, vocabularyCount: vocabularyCount)
    }

    /// Whether `token` is in the set.
    public func contains(_ token: Int32) -> Bool {
        guard token >= 0, Int(token) < vocabularyCount else { return false }
        return words[Int(token) / 64] >> UInt64(token % 64) & 1 == 1
    }

    /// Makes the logits, one for each token of the vocabulary, of tokens outside the set minus infinity.
    public func exclude(from logits: inout [Float]) {
        precondition(logits.count == vocabularyCount, "\(logits.count) logits")
        logits.withUnsafeMutableBufferPointer { logits in
            guard let base = logits.baseAddress else { return }
            exclude(from: base, rows: 0..<vocabularyCount)
        }
    }

    /// The tokens of the set, ascending.
    public var tokens: [Int32] {
        var tokens: [Int32] = []
        tokens.reserveCapacity(count)
        for (index, word) in words.enumerated() {
            var word = word
            while word != 0 {
                tokens.append(Int32(index * 64 + word.trailingZeroBitCount))
                word &= word - 1
            }
        }
        return tokens
    }
}
