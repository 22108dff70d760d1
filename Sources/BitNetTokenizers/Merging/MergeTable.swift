/// Which two neighbours merge, into what, and how early.
///
/// Keyed by the pair, since several pairs may give the same token and each has a rank of its own.
/// Linear probing; 16 bytes a slot, one cache line a look-up.
struct MergeTable: Sendable {
    /// One merge.
    struct Entry: Sendable {
        /// The left id in the high half, the right id in the low half.
        var pair: UInt64
        /// Lower ranks merge first; `UInt32.max` stands for no merge.
        var rank: UInt32
        /// The token that the pair becomes.
        var result: TokenID

        /// The mark of an empty slot: a pair of two missing tokens, which never merges.
        static let empty = Entry(pair: .max, rank: .max, result: -1)
    }

    private var entries: [Entry]
    private let shift: UInt64

    /// Creates an empty table that can take `capacity` merges.
    init(capacity: Int) {
        let slots = hashCapacity(for: capacity)
        entries = [Entry](repeating: .empty, count: slots)
        shift = UInt64(64 - slots.trailingZeroBitCount)
    }

    /// Adds a merge; if the pair is there already, the first one stays.
    ///
    /// - Precondition: No more than `capacity` different pairs are inserted.
    mutating func insert(left: TokenID, right: TokenID, rank: UInt32, result: TokenID) {
        let pair = Self.pair(left, right)
        let slot = slot(of: pair)
        guard entries[slot].pair != pair else { return }
        entries[slot] = Entry(pair: pair, rank: rank, result: result)
    }

    /// The merge of two neighbours, or an entry of rank `UInt32.max`.
    @inline(__always)
    func find(_ left: TokenID, _ right: TokenID) -> Entry {
        entries[slot(of: Self.pair(left, right))]
    }

    /// The slot that holds `pair`, or the empty slot where it would be.
    @inline(__always)
    private func slot(of pair: UInt64) -> Int {
        // The multiplier is 2^64 divided by the golden ratio: Fibonacci hashing.
        var slot = Int(truncatingIfNeeded: (pair &* 0x9E37_79B9_7F4A_7C15) >> shift)
        while entries[slot].pair != pair, entries[slot].rank != .max {
            slot = (slot + 1) & (entries.count - 1)
        }
        return slot
    }

    @inline(__always)
    private static func pair(_ left: TokenID, _ right: TokenID) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }
}
