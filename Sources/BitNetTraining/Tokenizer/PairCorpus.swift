/// The distinct pieces of a text as rows of tokens, in which pairs are counted and merged.
///
/// A token sits at the position of its first byte; a merge joins it with the next position in use.
/// Occurrences are listed by pair, so that a merge costs its occurrences, not the text. A list may
/// name positions where the pair no longer is; these are passed over.
struct PairCorpus {
    private struct Pair {
        var count: Int64 = 0
        var positions: [UInt32] = []
        /// The merge in which the pair last became more frequent.
        var lastRise = -1
    }

    /// The token at each position, -1 where a merge has taken it away.
    private var tokens: [Int32]
    /// The neighbours of each position in its piece, -1 at the ends.
    private var next: [Int32]
    private var previous: [Int32]
    /// The piece of each position, and how often each piece occurs.
    private let piece: [UInt32]
    private let pieceCounts: [Int64]
    private var pairs: [Pair] = []
    private var indices: [UInt64: Int] = [:]
    private var merge = 0
    private var risen: [UInt64] = []

    /// The pieces of `table`, each byte `b` the token `byteTokens[b]`.
    ///
    /// - Precondition: The distinct pieces have fewer than 2^31 bytes.
    init(_ table: PieceTable, byteTokens: [Int32]) {
        tokens = table.bytes.map { byteTokens[Int($0)] }
        next = tokens.indices.map { Int32($0) + 1 }
        previous = tokens.indices.map { Int32($0) - 1 }
        var piece = [UInt32](repeating: 0, count: tokens.count)
        for index in 0..<table.count {
            let range = table.offsets[index]..<table.offsets[index + 1]
            for position in range { piece[position] = UInt32(index) }
            previous[range.lowerBound] = -1
            next[range.upperBound - 1] = -1
        }
        self.piece = piece
        pieceCounts = table.counts
        for position in tokens.indices where next[position] >= 0 { adjust(position, by: 1) }
    }

    /// All pairs that occur.
    var countedPairs: [CountedPair] {
        indices.map { CountedPair(count: pairs[$1].count, pair: $0) }
    }

    /// How often `pair` occurs now.
    func count(of pair: UInt64) -> Int64 { indices[pair].map { pairs[$0].count } ?? 0 }

    /// A pair of tokens as one number, in the order of their ids.
    static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    /// Replaces all occurrences of `pair`, from left to right, by `result`.
    ///
    /// - Returns: The pairs that occur more often than before.
    mutating func replace(_ pair: UInt64, by result: Int32) -> [UInt64] {
        guard let index = indices[pair] else { return [] }
        merge += 1
        risen.removeAll(keepingCapacity: true)
        var positions = pairs[index].positions
        pairs[index].positions = []
        // Reused tokens can append to one list in several merges.
        if !zip(positions, positions.dropFirst()).allSatisfy(<=) { positions.sort() }
        for position in positions where self.pair(at: Int(position)) == pair {
            join(Int(position), result)
        }
        pairs[index].count = 0
        return risen
    }

    /// The pair that begins at a position, nil at the end of a piece and inside of a token.
    private func pair(at position: Int) -> UInt64? {
        let right = next[position]
        guard right >= 0, tokens[position] >= 0 else { return nil }
        return Self.pair(tokens[position], tokens[Int(right)])
    }

    private mutating func join(_ position: Int, _ result: Int32) {
        let right = Int(next[position])
        let before = Int(previous[position])
        let after = next[right]
        if before >= 0 { adjust(before, by: -1) }
        if after >= 0 { adjust(right, by: -1) }
        tokens[position] = result
        tokens[right] = -1
        next[position] = after
        if after >= 0 {
            previous[Int(after)] = Int32(position)
            adjust(position, by: 1)
        }
        if before >= 0 { adjust(before, by: 1) }
    }

    /// Counts the pair that begins at `position` once more, or once less, for all its pieces.
    private mutating func adjust(_ position: Int, by sign: Int64) {
        guard let pair = pair(at: position) else { return }
        let weight = pieceCounts[Int(piece[position])]
        let index = index(of: pair)
        pairs[index].count += sign * weight
        guard sign > 0 else { return }
        pairs[index].positions.append(UInt32(position))
        if pairs[index].lastRise != merge {
            pairs[index].lastRise = merge
            risen.append(pair)
        }
    }

    private mutating func index(of pair: UInt64) -> Int {
        if let index = indices[pair] { return index }
        indices[pair] = pairs.count
        pairs.append(Pair())
        return pairs.count - 1
    }
}
