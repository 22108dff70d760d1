/// A pair of neighbouring tokens and how often it occurs.
struct CountedPair {
    /// Occurrences in the whole text.
    var count: Int64
    /// The left token's id in the high half, the right one's in the low half.
    var pair: UInt64

    init(count: Int64, pair: UInt64) {
        self.count = count
        self.pair = pair
    }

    /// Whether this pair is merged before `other`: it is more frequent, or as frequent and its left
    /// id is lower, or that too is the same and its right id is lower.
    func precedes(_ other: CountedPair) -> Bool {
        count != other.count ? count > other.count : pair < other.pair
    }
}

/// A heap of pairs, the one to merge next first.
struct PairQueue {
    private var heap: [CountedPair]

    init(_ pairs: [CountedPair]) {
        heap = pairs
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(index) }
    }

    mutating func insert(_ pair: CountedPair) {
        var index = heap.count
        heap.append(pair)
        while index > 0, pair.precedes(heap[(index - 1) / 2]) {
            heap[index] = heap[(index - 1) / 2]
            index = (index - 1) / 2
        }
        heap[index] = pair
    }

    mutating func popFirst() -> CountedPair? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty {
            heap[0] = last
            siftDown(0)
        }
        return first
    }

    private mutating func siftDown(_ start: Int) {
        let pair = heap[start]
        var index = start
        while true {
            var child = 2 * index + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
            guard heap[child].precedes(pair) else { break }
            heap[index] = heap[child]
            index = child
        }
        heap[index] = pair
    }
}
