internal import BitNetTokenizers

/// Counts the distinct pieces of text that byte pairs are merged in.
///
/// An own hash table over bytes with linear probing. Memory: the bytes of the distinct pieces and
/// about 30 bytes for each.
struct PieceTable: Sendable {
    /// The longest piece that is counted whole; longer ones are counted in parts of this length.
    static let longestPiece = 1024

    /// The distinct pieces, one after the other: piece `i` is `bytes[offsets[i]..<offsets[i + 1]]`.
    private(set) var bytes: [UInt8] = []
    private(set) var offsets: [Int] = [0]
    /// How often each piece occurs.
    private(set) var counts: [Int64] = []
    private var hashes: [UInt64] = []
    /// The number of a piece and one, 0 in an empty slot; a power of two, at most half full.
    private var slots = [UInt32](repeating: 0, count: 1 << 12)

    /// The number of distinct pieces.
    var count: Int { counts.count }

    /// Counts the pieces of `text`.
    mutating func add(_ text: [UInt8], splitter: TextSplitter) {
        var start = 0
        while start < text.count {
            let end = splitter.matchEnd(in: text, from: start, end: text.count)
            var part = start
            while part < end {
                let partEnd = min(end, part + Self.longestPiece)
                add(text, part..<partEnd, times: 1)
                part = partEnd
            }
            start = end
        }
    }

    /// Adds the counts of another table.
    mutating func add(_ other: PieceTable) {
        for index in 0..<other.count {
            let range = other.offsets[index]..<other.offsets[index + 1]
            add(other.bytes, range, times: other.counts[index])
        }
    }

    private mutating func add(_ text: [UInt8], _ range: Range<Int>, times: Int64) {
        let hash = Self.hash(text, range)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if hashes[index] == hash, isEqual(index, text, range) {
                counts[index] += times
                return
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        append(text, range, hash, times)
        slots[slot] = UInt32(counts.count)
        if 2 * counts.count > slots.count { grow() }
    }

    private mutating func append(
        _ text: [UInt8], _ range: Range<Int>, _ hash: UInt64, _ times: Int64
    ) {
        bytes.append(contentsOf: text[range])
        offsets.append(bytes.count)
        counts.append(times)
        hashes.append(hash)
    }

    private func isEqual(_ index: Int, _ text: [UInt8], _ range: Range<Int>) -> Bool {
        let start = offsets[index]
        guard offsets[index + 1] - start == range.count else { return false }
        for offset in 0..<range.count
        where bytes[start + offset] != text[range.lowerBound + offset] {
            return false
        }
        return true
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: 2 * slots.count)
        for (index, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(index + 1)
        }
    }

    /// FNV-1a with a last multiplication that spreads the high bits to the low ones.
    private static func hash(_ text: [UInt8], _ range: Range<Int>) -> UInt64 {
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in range { state = (state ^ UInt64(text[index])) &* 0x100_0000_01B3 }
        return (state ^ state &>> 32) &* 0x9E37_79B9_7F4A_7C15 &>> 16
    }
}
