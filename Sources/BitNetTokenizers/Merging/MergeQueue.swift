/// A heap of candidate merges: lowest rank first, leftmost first among equal ranks.
///
/// Each candidate is one `UInt64`, the rank in the high half and the position in the low half.
struct MergeQueue {
    private var heap: [UInt64] = []

    /// Replaces the contents by all positions whose rank is not `UInt32.max`.
    mutating func fill(_ ranks: [UInt32]) {
        heap.removeAll(keepingCapacity: true)
        for (position, rank) in ranks.enumerated() where rank != .max {
            heap.append(Self.pack(rank, position))
        }
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(index) }
    }

    mutating func insert(rank: UInt32, position: Int) {
        let candidate = Self.pack(rank, position)
        var index = heap.count
        heap.append(candidate)
        while index > 0, heap[(index - 1) / 2] > candidate {
            heap[index] = heap[(index - 1) / 2]
            index = (index - 1) / 2
        }
        heap[index] = candidate
    }

    mutating func popFirst() -> (rank: UInt32, position: Int)? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty {
            heap[0] = last
            siftDown(0)
        }
        return (UInt32(first >> 32), Int(first & 0xFFFF_FFFF))
    }

    private mutating func siftDown(_ start: Int) {
        let candidate = heap[start]
        var index = start
        while true {
            var child = 2 * index + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < candidate else { break }
            heap[index] = heap[child]
            index = child
        }
        heap[index] = candidate
    }

    private static func pack(_ rank: UInt32, _ position: Int) -> UInt64 {
        UInt64(rank) << 32 | UInt64(UInt32(position))
    }
}
