/// Groups of bytes that automata mostly treat alike, a bit for each.
enum ByteCategory {
    /// For each byte the bit of its category.
    static let bits: [UInt16] = (0..<256).map { bit(UInt8($0)) }
    /// Bytes that are not ASCII, in any order.
    static let other: UInt16 = 1 << 14
    /// Scalars that are not ASCII, whole or cut off at the end of the text.
    static let scalars: UInt16 = 1 << 15

    private static func bit(_ byte: UInt8) -> UInt16 {
        switch byte {
        case 0x09, 0x0A, 0x0D: 1 << 0
        case 0x00..<0x20: 1 << 1
        case 0x20: 1 << 2
        case 0x22: 1 << 3
        case 0x5C: 1 << 4
        case 0x30...0x39: 1 << 5
        case 0x41...0x46, 0x61...0x66: 1 << 6
        case 0x47...0x5A: 1 << 7
        case 0x67...0x7A: 1 << 8
        case 0x2C, 0x3A: 1 << 9
        case 0x5B, 0x5D, 0x7B, 0x7D: 1 << 10
        case 0x2D, 0x2E, 0x5F: 1 << 11
        case 0x21...0x7E: 1 << 12
        case 0x7F: 1 << 13
        default: other
        }
    }

    /// `categories` with `scalars` for the states with a row in `table` that every scalar beyond ASCII
    /// leads back to.
    static func loops(_ categories: [UInt16], rows: [Int32], table: [Int32]) -> [UInt16] {
        var categories = categories
        let sequences = ScalarSet([0x80...ScalarSet.last]).byteSequences
        for state in categories.indices where rows[state] >= 0 {
            let isLoop = sequences.allSatisfy {
                leads(Int32(state), to: Int32(state), $0[...], rows, table)
            }
            if isLoop { categories[state] |= scalars }
        }
        return categories
    }

    /// Whether all bytes of `sequence`, one after the other, lead from a state to `end`.
    private static func leads(
        _ state: Int32, to end: Int32, _ sequence: ArraySlice<ClosedRange<UInt8>>,
        _ rows: [Int32], _ table: [Int32]
    ) -> Bool {
        guard let range = sequence.first else { return state == end }
        let row = rows[Int(state)]
        guard row >= 0 else { return false }
        var last: Int32 = -1
        for byte in range {
            let target = table[Int(row) << 8 | Int(byte)]
            guard target >= 0 else { return false }
            if target == last { continue }
            guard leads(target, to: end, sequence.dropFirst(), rows, table) else { return false }
            last = target
        }
        return true
    }
}
