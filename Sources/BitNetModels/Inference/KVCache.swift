public import BitNetTensors

/// The keys and values of one sequence, filled as its tokens are computed.
///
/// One owner at a time: a forward pass writes it, and no other may read it meanwhile.
public final class KVCache: @unchecked Sendable {
    // @unchecked Sendable: `count` is changed only by the pass that holds the model's compute.
    /// The memory, of fixed capacity.
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
    }

    func advance(by tokens: Int) { count += tokens }
}
