internal import BitNetTokenizers

/// Where each run of `length` tokens stood last in a sequence that grows.
///
/// Direct-mapped: an entry holds one place, a newer run may take it from an older one of another
/// kind, and a look-up compares the tokens. So it never grows, and a lost entry costs a guess only.
struct NGramTable: Sendable {
    /// Tokens of a run.
    let length: Int
    /// The index behind the last run that fell on each entry; 0 for none.
    private var ends: [Int32]
    private let shift: Int

    /// The most entries: 256 KiB.
    private static let maximumBits = 16

    /// An empty table for sequences of up to `capacity` tokens.
    init(length: Int, capacity: Int) {
        self.length = length
        // At least twice as many entries as tokens, so that few runs share one.
        let bits = min(
            Int.bitWidth - max(capacity, 8).leadingZeroBitCount + 1, Self.maximumBits)
        ends = Array(repeating: 0, count: 1 << bits)
        shift = UInt64.bitWidth - bits
    }

    /// Notes the run at the end of `tokens`, and returns the index behind its last occurrence
    /// before, nil if there was none.
    ///
    /// - Complexity: O(`length`); nothing is allocated.
    mutating func exchange(_ tokens: [TokenID]) -> Int? {
        let end = tokens.count
        guard end >= length, let stored = Int32(exactly: end) else { return nil }
        let entry = entry(of: tokens[(end - length)...])
        let earlier = Int(ends[entry])
        ends[entry] = stored
        guard earlier > 0 else { return nil }
        for offset in 1...length where tokens[earlier - offset] != tokens[end - offset] {
            return nil
        }
        return earlier
    }

    /// Multiplicative hashing: the product's high bits depend on all tokens.
    private func entry(of run: ArraySlice<TokenID>) -> Int {
        var hash: UInt64 = 0
        for token in run {
            hash = (hash ^ UInt64(UInt32(bitPattern: token))) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 32
        }
        return Int((hash &* 0x9E37_79B9_7F4A_7C15) >> UInt64(shift))
    }
}
