/// The bytes of every token, and the way back from bytes to ids.
///
/// An own hash table over bytes with linear probing: 4 bytes a slot, four slots of five filled.
struct Vocabulary: Sendable {
    /// The bytes that each token stands for, by id.
    let tokens: PackedStrings
    /// The length of the longest token that `find` can give.
    let longest: Int
    /// In the low bits the id, above it bits of the hash, so that few tokens have to be compared.
    private let slots: [UInt32]
    private let idBits: UInt32

    private static let empty = UInt32.max

    /// Creates a vocabulary.
    ///
    /// - Parameters:
    ///   - tokens: The bytes of each token, by id.
    ///   - isSearchable: Whether `find` may give a token, by id. Among tokens with the same bytes
    ///     it gives the one with the lowest id.
    /// - Precondition: There are fewer than 2^31 tokens.
    init(tokens: PackedStrings, isSearchable: [Bool]) {
        // Wide enough that no id has all bits set: `empty` has.
        let idBits = UInt32(Int.bitWidth - tokens.count.leadingZeroBitCount)
        var slots = [UInt32](repeating: Self.empty, count: tokens.count + tokens.count / 4 + 1)
        var longest = 0
        for id in 0..<tokens.count where isSearchable[id] {
            let range = tokens.range(of: id)
            guard !range.isEmpty else { continue }
            let hash = ByteHash(tokens.bytes, range)
            let slot = Self.slot(of: tokens.bytes, range, hash, in: slots, idBits, of: tokens)
            guard slots[slot] == Self.empty else { continue }
            slots[slot] = hash.mixed &<< idBits | UInt32(id)
            longest = max(longest, range.count)
        }
        self.tokens = tokens
        self.slots = slots
        self.longest = longest
        self.idBits = idBits
    }

    /// The token that stands for `text[range]`, or -1.
    @inline(__always)
    func find(_ text: [UInt8], _ range: Range<Int>) -> TokenID {
        guard range.count <= longest else { return -1 }
        return find(text, range, ByteHash(text, range))
    }

    /// The token that stands for `text[range]`, whose hash is known, or -1.
    func find(_ text: [UInt8], _ range: Range<Int>, _ hash: ByteHash) -> TokenID {
        let word = slots[Self.slot(of: text, range, hash, in: slots, idBits, of: tokens)]
        return word == Self.empty ? -1 : TokenID(word & (1 &<< idBits &- 1))
    }

    /// The slot of the token with the bytes `text[range]`, or the empty slot where it would be.
    @inline(__always)
    private static func slot(
        of text: [UInt8], _ range: Range<Int>, _ hash: ByteHash, in slots: [UInt32],
        _ idBits: UInt32, of tokens: PackedStrings
    ) -> Int {
        let tag = hash.mixed &<< idBits
        let idMask: UInt32 = 1 &<< idBits &- 1
        var slot = hash.position(below: slots.count)
        while slots[slot] != empty {
            let isCandidate = slots[slot] & ~idMask == tag
            if isCandidate, equal(tokens, Int(slots[slot] & idMask), text, range) { break }
            slot += 1
            if slot == slots.count { slot = 0 }
        }
        return slot
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

/// A hash of bytes that can be continued with more bytes.
struct ByteHash {
    /// FNV-1a.
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    /// The hash of `text[range]`.
    @inline(__always)
    init(_ text: [UInt8], _ range: Range<Int>) { append(text, range) }

    /// Continues the hash with `text[range]`.
    @inline(__always)
    mutating func append(_ text: [UInt8], _ range: Range<Int>) {
        for index in range { state = (state ^ UInt64(text[index])) &* 0x100_0000_01B3 }
    }

    /// Fibonacci hashing, since the high bits of the state hardly depend on the last byte.
    private var scrambled: UInt64 { state &* 0x9E37_79B9_7F4A_7C15 }

    /// Bits that hardly depend on `position`.
    var mixed: UInt32 { UInt32(truncatingIfNeeded: scrambled) }

    /// A number below `count`.
    func position(below count: Int) -> Int {
        Int(truncatingIfNeeded: (scrambled &>> 32 &* UInt64(count)) &>> 32)
    }
}
