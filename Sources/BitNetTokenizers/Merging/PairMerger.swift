/// Merges the symbols of one piece of text, best rank first and leftmost first among equals.
///
/// Holds the scratch memory of one call of `encode`, so that pieces allocate nothing.
struct PairMerger {
    /// A token and the place where its text begins.
    struct Symbol {
        /// The token, or -1 for text that the vocabulary does not have.
        var id: TokenID
        /// The offset of the first byte in the text that is being encoded.
        var start: Int
    }

    /// The symbols: before a merge the smallest ones, afterwards the tokens of the piece.
    var symbols: [Symbol] = []
    /// The rank of the pair that begins at each symbol; `UInt32.max` for none.
    private var ranks: [UInt32] = []
    /// The neighbours of each symbol in a long piece; -1 at the ends.
    private var next: [Int32] = []
    private var previous: [Int32] = []
    private var queue = MergeQueue()

    /// Pieces up to this length are scanned for the best pair before each merge.
    private static let longestScan = 48

    /// Replaces `symbols` by what is left when no pair can merge any more.
    ///
    /// - Complexity: n log n for n symbols.
    mutating func merge(_ merges: MergeTable) {
        guard symbols.count > 1 else { return }
        ranks.removeAll(keepingCapacity: true)
        for index in 1..<symbols.count {
            ranks.append(merges.find(symbols[index - 1].id, symbols[index].id).rank)
        }
        ranks.append(.max)
        if symbols.count <= Self.longestScan { mergeByScan(merges) } else { mergeByQueue(merges) }
    }

    private mutating func mergeByScan(_ merges: MergeTable) {
        while true {
            var best = 0
            for index in 1..<ranks.count where ranks[index] < ranks[best] { best = index }
            guard ranks[best] != .max else { return }
            symbols[best].id = merges.find(symbols[best].id, symbols[best + 1].id).result
            symbols.remove(at: best + 1)
            ranks.remove(at: best + 1)
            refreshRank(best, with: best + 1 < symbols.count ? best + 1 : nil, merges)
            if best > 0 { refreshRank(best - 1, with: best, merges) }
        }
    }

    private mutating func refreshRank(_ left: Int, with right: Int?, _ merges: MergeTable) {
        ranks[left] = right.map { merges.find(symbols[left].id, symbols[$0].id).rank } ?? .max
    }

    private mutating func mergeByQueue(_ merges: MergeTable) {
        link()
        queue.fill(ranks)
        while let (rank, left) = queue.popFirst() {
            // A pair that has changed since it was queued has another rank now.
            guard ranks[left] == rank else { continue }
            join(left, merges)
            requeue(left, merges)
            if previous[left] >= 0 { requeue(Int(previous[left]), merges) }
        }
        compact()
    }

    private mutating func link() {
        let count = Int32(symbols.count)
        next.removeAll(keepingCapacity: true)
        previous.removeAll(keepingCapacity: true)
        next.append(contentsOf: 1..<count)
        next.append(-1)
        previous.append(contentsOf: -1..<(count - 1))
    }

    /// Merges the symbol at `left` with its right neighbour, which leaves the list.
    private mutating func join(_ left: Int, _ merges: MergeTable) {
        let right = Int(next[left])
        symbols[left].id = merges.find(symbols[left].id, symbols[right].id).result
        let after = next[right]
        next[left] = after
        if after >= 0 { previous[Int(after)] = Int32(left) }
        ranks[right] = .max
    }

    private mutating func requeue(_ left: Int, _ merges: MergeTable) {
        let right = Int(next[left])
        refreshRank(left, with: right >= 0 ? right : nil, merges)
        if ranks[left] != .max { queue.insert(rank: ranks[left], position: left) }
    }

    /// Moves the symbols that are still in the list to the front.
    private mutating func compact() {
        var count = 0
        var index = 0
        while index >= 0 {
            symbols[count] = symbols[index]
            count += 1
            index = Int(next[index])
        }
        symbols.removeSubrange(count...)
    }
}
