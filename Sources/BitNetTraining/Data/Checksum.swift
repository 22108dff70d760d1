/// A checksum of bytes against accidental damage: FNV-1a over little-endian words of 64 bits.
///
/// Only the last part that is appended may have a length that is no multiple of 8; its last word
/// is filled up with zeros.
struct Checksum {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func append(_ bytes: [UInt8]) {
        var index = 0
        while index + 8 <= bytes.count {
            var word: UInt64 = 0
            for offset in 0..<8 { word |= UInt64(bytes[index + offset]) << (8 * UInt64(offset)) }
            mix(word)
            index += 8
        }
        guard index < bytes.count else { return }
        mix(bytes[index...].reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// Appends floats by their bits, two a word.
    mutating func append(_ values: [Float]) {
        var index = 0
        while index < values.count {
            let high = index + 1 < values.count ? values[index + 1].bitPattern : 0
            mix(UInt64(high) << 32 | UInt64(values[index].bitPattern))
            index += 2
        }
    }

    private mutating func mix(_ word: UInt64) {
        value = (value ^ word) &* 0x100_0000_01B3
        value ^= value &>> 29
    }
}

extension FixedWidthInteger {
    /// The hexadecimal digits of the number, with zeros in front.
    var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: Self.bitWidth / 4 - digits.count) + digits
    }
}
