internal import BitNetTokenizers

/// A decimal number, exactly.
struct Decimal: Equatable {
    var isNegative: Bool
    /// Digits 0 to 9 before the point, the first not 0; none for 0.
    var whole: [UInt8]
    /// Digits behind the point, the last not 0.
    var fraction: [UInt8]

    /// The most digits that are taken.
    private static let longest = 320

    /// The number of a JSON value; nil if it is none, or has too many digits.
    init?(_ value: JSONValue) {
        guard value.kind == .number else { return nil }
        self.init(value.source)
    }

    /// The number that `text`, a JSON number, stands for.
    init?(_ text: some Sequence<UInt8>) {
        var digits: [UInt8] = []
        var point: Int?
        var exponent = 0
        var exponentSign: Int?
        isNegative = false
        for byte in text {
            switch byte {
            case UInt8(ascii: "-"):
                if exponentSign == nil { isNegative = true } else { exponentSign = -1 }
            case UInt8(ascii: "."): point = digits.count
            case UInt8(ascii: "e"), UInt8(ascii: "E"): exponentSign = 1
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = byte - UInt8(ascii: "0")
                if exponentSign == nil {
                    digits.append(digit)
                } else {
                    exponent = min(exponent * 10 + Int(digit), 10_000)
                }
            default: break
            }
        }
        let place = (point ?? digits.count) + exponent * (exponentSign ?? 1)
        guard abs(place) <= Self.longest, digits.count <= Self.longest else { return nil }
        if place < 0 { digits.insert(contentsOf: repeatElement(0, count: -place), at: 0) }
        let split = max(place, 0)
        while digits.count < split { digits.append(0) }
        whole = Array(digits[..<split].drop { $0 == 0 })
        fraction = Array(digits[split...])
        while fraction.last == 0 { fraction.removeLast() }
        if whole.isEmpty, fraction.isEmpty { isNegative = false }
    }

    init(_ integer: Int) {
        isNegative = integer < 0
        whole = integer == 0 ? [] : "\(integer.magnitude)".utf8.map { $0 - 0x30 }
        fraction = []
    }

    var isZero: Bool { whole.isEmpty && fraction.isEmpty }

    /// The integer, if it is one that fits.
    var integer: Int? {
        guard fraction.isEmpty, whole.count <= 18 else { return nil }
        let magnitude = whole.reduce(0) { $0 * 10 + Int($1) }
        return isNegative ? -magnitude : magnitude
    }

    var negated: Decimal {
        var result = self
        result.isNegative = !isNegative && !isZero
        return result
    }

    static func < (first: Decimal, second: Decimal) -> Bool {
        if first.isNegative != second.isNegative { return first.isNegative }
        if first.isNegative { return second.hasLessMagnitude(than: first) }
        return first.hasLessMagnitude(than: second)
    }

    private func hasLessMagnitude(than other: Decimal) -> Bool {
        if whole.count != other.whole.count { return whole.count < other.whole.count }
        return (whole + fraction).lexicographicallyPrecedes(other.whole + other.fraction)
    }
}
