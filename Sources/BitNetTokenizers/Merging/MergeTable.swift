/// A merge: two neighbours become one token.
struct Merge: Sendable {
    var left: TokenID
    var right: TokenID
    /// Lower ranks merge first.
    var rank: UInt32
    /// The token that the pair becomes.
    var result: TokenID
}

/// Which two neighbours merge, into what, and how early.
///
/// Keyed by the pair, since several pairs may give the same token and each has a rank of its own.
/// A pair is scrambled by a bijection of `2 * idBits` bits. The high bits of the outcome choose a
/// bucket, so a merge needs to keep only the low bits: one word of 64 bits holds these, the rank
/// and the result. Buckets lie one after the other; a bucket holds three to six merges on average.
/// About 9 bytes a merge.
struct MergeTable: Sendable {
    /// The rank and the result of a pair.
    struct Match: Sendable {
        /// Lower ranks merge first; `UInt32.max` stands for no merge.
        var rank: UInt32
        /// The token that the pair becomes, -1 for none.
        var result: TokenID

        static let none = Match(rank: .max, result: -1)
    }

    /// The number of tokens that the words of a table have room for.
    static let mostTokens = 1 << 20
    /// The number of merges, and the number after the highest rank, that they have room for.
    static let mostMerges = 1 << 22

    /// The merges, bucket after bucket: low bits of the scrambled pair, rank, result.
    private let words: [UInt64]
    /// Where each bucket begins, and at last where the last one ends.
    private let starts: [UInt32]
    private let layout: Layout

    /// Creates a table; of several merges of one pair the first one counts.
    ///
    /// Throws a ``TokenizerError`` if there are more tokens or merges than words have room for.
    ///
    /// - Parameters:
    ///   - merges: The merges. Ranks are below `mostMerges`, ids below `tokenCount`.
    ///   - tokenCount: The number of tokens.
    ///   - place: Where the merges come from, for the error.
    init(_ merges: [Merge], tokenCount: Int, place: String) throws(TokenizerError) {
        guard tokenCount <= Self.mostTokens, merges.count <= Self.mostMerges else {
            throw TokenizerError(
                code: .limitExceeded, place: place,
                found: "\(tokenCount) tokens and \(merges.count) merges",
                expected: "at most \(Self.mostTokens) tokens and \(Self.mostMerges) merges")
        }
        let highestRank = merges.lazy.map(\.rank).max() ?? 0
        let layout = Layout(
            tokenCount: tokenCount, mergeCount: merges.count, highestRank: highestRank)
        var starts = [UInt32](repeating: 0, count: 1 << layout.bucketBits + 1)
        for merge in merges { starts[layout.place(merge.left, merge.right).bucket] += 1 }
        var sum: UInt32 = 0
        for bucket in starts.indices {
            sum += starts[bucket]
            starts[bucket] = sum
        }
        // Filling each bucket from its end, last merge first, moves its start to where it belongs.
        var words = [UInt64](repeating: 0, count: merges.count)
        for merge in merges.reversed() {
            let place = layout.place(merge.left, merge.right)
            starts[place.bucket] -= 1
            words[Int(starts[place.bucket])] = layout.word(place.key, merge)
        }
        self.layout = layout
        self.starts = starts
        self.words = words
    }

    /// The merge of two neighbours, `none` if there is none or one of the tokens is -1.
    @inline(__always)
    func find(_ left: TokenID, _ right: TokenID) -> Match {
        guard left | right >= 0 else { return .none }
        let (bucket, key) = layout.place(left, right)
        for index in Int(starts[bucket])..<Int(starts[bucket + 1])
        where words[index] &>> layout.matchBits == key {
            return layout.match(words[index])
        }
        return .none
    }
}

extension MergeTable {
    /// How many bits of a word hold what.
    struct Layout: Sendable {
        /// The bits of a token id.
        private let idBits: UInt64
        /// The bits of the rank and the result, below the key.
        let matchBits: UInt64
        /// The bits of the key: what the bucket does not tell of the scrambled pair.
        private let keyBits: UInt64
        /// The bits of the number of a bucket.
        let bucketBits: UInt64

        init(tokenCount: Int, mergeCount: Int, highestRank: UInt32) {
            idBits = max(2, Self.bits(tokenCount - 1))
            matchBits = idBits + Self.bits(Int(highestRank))
            let wanted = max(3, Self.bits(mergeCount / 3 * 2)) - 2
            // Large vocabularies take more buckets, to shorten the key.
            let excess = Int(2 * idBits + matchBits) - 64
            bucketBits = min(2 * idBits, UInt64(max(Int(wanted), excess)))
            keyBits = 2 * idBits - bucketBits
        }

        private static func bits(_ number: Int) -> UInt64 {
            UInt64(Int.bitWidth - max(0, number).leadingZeroBitCount)
        }

        /// The bucket of a pair, and its key there.
        @inline(__always)
        func place(_ left: TokenID, _ right: TokenID) -> (bucket: Int, key: UInt64) {
            let pair =
                UInt64(UInt32(bitPattern: left)) &<< idBits | UInt64(UInt32(bitPattern: right))
            // Fibonacci hashing: 2^64 divided by the golden ratio. Odd, so no two pairs collide.
            let scrambled = pair &* 0x9E37_79B9_7F4A_7C15 & (1 &<< (2 * idBits) &- 1)
            let key = scrambled & (1 &<< keyBits &- 1)
            return (Int(truncatingIfNeeded: scrambled &>> keyBits), key)
        }

        /// The word of a merge whose pair has this key.
        func word(_ key: UInt64, _ merge: Merge) -> UInt64 {
            key << matchBits | UInt64(merge.rank) << idBits
                | UInt64(UInt32(bitPattern: merge.result))
        }

        /// The rank and the result in a word.
        @inline(__always)
        func match(_ word: UInt64) -> Match {
            let rank = (word & (1 &<< matchBits &- 1)) &>> idBits
            return Match(
                rank: UInt32(truncatingIfNeeded: rank),
                result: TokenID(truncatingIfNeeded: word & (1 &<< idBits &- 1)))
        }
    }
}
