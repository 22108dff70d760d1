/// The bytes of every token, and the way back from bytes to ids.
///
/// An own hash table over bytes with linear probing: 4 bytes a slot.
struct Vocabulary: Sendable {
    /// The bytes that each token stands for, by id.
    let tokens: PackedStrings
    /// The length of the longest token that `find` can give.
    let longest: Int
    private let slots: [TokenID]

    /// Creates a vocabulary.
    ///
    /// - Parameters:
    ///   - tokens: The bytes of each token, by id.
    ///   - isSearchable: Whether `find` may give a token, by id. Among tokens with the same bytes
    ///     it gives the one with the lowest id.
    init(tokens: PackedStrings, isSearchable: [Bool]) {
        self.tokens = tokens
        var slots = [TokenID](repeating: -1, count: hashCapacity(for: tokens.count))
        var longest = 0
        for id in 0..<tokens.count where isSearchable[id] {
            let range = tokens.range(of: id)
            guard !range.isEmpty else { continue }
            let slot = Self.slot(of: tokens.bytes, range, in: slots, of: tokens)
            guard slots[slot] < 0 else { continue }
            slots[slot] = TokenID(id)
            longest = max(longest, range.count)
        }
        self.slots = slots
        self.longest = longest
    }

    /// The token that stands for `text[range]`, or -1.
    @inline(__always)
    func find(_ text: [UInt8], _ range: Range<Int>) -> TokenID {
        guard range.count <= longest else { return -1 }
        return slots[Self.slot(of: text, range, in: slots, of: tokens)]
    }

    /// The slot of the token with the bytes `text[range]`, or the empty slot where it would be.
    private static func slot(
        of text: [UInt8], _ range: Range<Int>, in slots: [TokenID], of tokens: PackedStrings
    ) -> Int {
        let mask = slots.count - 1
        var slot = hash(text, range) & mask
        while slots[slot] >= 0, !equal(tokens, Int(slots[slot]), text, range) {
            slot = (slot + 1) & mask
        }
        return slot
    }

    /// FNV-1a, with the high bits folded into the low ones, which choose the slot.
    private static func hash(_ text: [UInt8], _ range: Range<Int>) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in range { hash = (hash ^ UInt64(text[index])) &* 0x100_0000_01B3 }
        return Int(truncatingIfNeeded: hash ^ hash >> 32)
    }

    private static func equal(
        _ tokens: PackedStrings, _ id: Int, _ text: [UInt8], _ range: Range<Int>
    ) -> Bool {
        let token = tokens.range(of: id)
        guard token.count == range.count else { return false }
        for offset in 0..<range.count
        where tokens.bytes[token.lowerBound + offset] != text[range.lowerBound + offset] {
            return false
        }
        return true
    }
}

/// The number of slots of an open-addressing table: a power of two, at most 5/8 of it filled.
func hashCapacity(for count: Int) -> Int {
    var capacity = 16
    while 5 * capacity < 8 * count { capacity *= 2 }
    return capacity
}
