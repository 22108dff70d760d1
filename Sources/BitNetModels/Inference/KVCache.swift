public import BitNetTensors

/// The keys and values of one sequence, filled as its tokens are computed.
///
/// One owner at a time: a forward pass writes it, and no other may read it meanwhile.
public final class KVCache: @unchecked Sendable {
    // @unchecked Sendable: `count` is changed only by the pass that holds the model's compute.
    /// The memory, taken page by page.
    public let memory: KeyValueMemory
    /// Positions that are filled.
    public private(set) var count = 0

    /// The most positions it holds.
    public var capacity: Int { memory.capacity }

    /// A cache over `memory`, empty.
    public init(memory: KeyValueMemory) { self.memory = memory }

    /// Forgets all positions from `count` on; the earlier ones stay.
    public func truncate(to count: Int) {
        precondition(count >= 0 && count <= self.count, "\(count) of \(self.count) positions")
        self.count = count
        memory.release(from: count)
    }

    /// Takes the memory that `tokens` more tokens need; false when the pool has no page left.
    ///
    /// A pass does it by itself, and fails when it can't.
    public func prepare(_ tokens: Int) -> Bool { memory.prepare(count..<count + tokens) }

    /// Begins an empty cache with the first `count` positions of a sequence, which are in `pages`.
    ///
    /// The pages are shared; one that is not full is copied once it is written.
    public func adopt(_ pages: [KeyValuePage], count: Int) {
        precondition(self.count == 0, "the cache has \(self.count) positions")
        memory.release(from: 0)
        memory.adopt(pages, positions: count)
        self.count = count
    }

    func advance(by tokens: Int) { count += tokens }
}
