/// The canonical mappings, both ways, and which scalars a text may hold unchanged.
///
/// Built once from ``CanonicalMappings`` and the combining classes of the standard library, when
/// the first text beyond U+02FF is normalised; about 60 kB. Hangul is arithmetic.
struct CanonicalTables: Sendable {
    /// The tables that everyone shares.
    static let shared = CanonicalTables()

    /// Scalars below are in form C as they are.
    static let stableEnd: UInt32 = 0x300
    /// Scalars from here on neither decompose nor combine: planes 3 and above.
    private static let tableEnd: UInt32 = 0x30000

    /// The scalars that decompose, ascending.
    private var codes: [UInt32] = []
    /// What each of `codes` becomes; the second scalar is 0 if there is only one.
    private var parts: [(first: UInt32, second: UInt32)] = []
    /// The pairs that compose, ascending, the first scalar in the high half.
    private var pairs: [UInt64] = []
    /// What each of `pairs` becomes.
    private var composites: [UInt32] = []
    /// One bit for each scalar below `tableEnd`: whether `isStable` is false.
    private var unstable = [UInt64](repeating: 0, count: Int(tableEnd / 64))

    private init() {
        let composing = readMappings().sorted { $0.pair < $1.pair }
        pairs = composing.map(\.pair)
        composites = composing.map(\.code)
        for pair in composing { markUnstable(UInt32(truncatingIfNeeded: pair.pair)) }
        for code in Hangul.vowels { markUnstable(code) }
        for code in Hangul.finals { markUnstable(code) }
        for code in Self.stableEnd..<Self.tableEnd where combiningClass(code) != 0 {
            markUnstable(code)
        }
        let composites = Set(composites)
        for code in codes where !composites.contains(code) || !isStable(lead(of: code)) {
            markUnstable(code)
        }
    }

    /// Whether a scalar is in form C itself, has combining class 0 and never combines with what
    /// stands before it.
    ///
    /// Text of such scalars is in form C, and form C of any text can be made piece by piece if it
    /// is cut in front of such scalars (UAX #15, sections 9 and 9.1).
    @inline(__always)
    func isStable(_ code: UInt32) -> Bool {
        code < Self.stableEnd || code >= Self.tableEnd
            || unstable[Int(code >> 6)] >> UInt64(code & 63) & 1 == 0
    }

    /// The one or two scalars (0 for none) that `code` is made of, which may decompose further.
    func decomposition(of code: UInt32) -> (first: UInt32, second: UInt32)? {
        Self.position(of: code, in: codes).map { parts[$0] }
    }

    /// The scalar that two scalars compose to.
    func composite(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if let syllable = Hangul.composite(first, second) { return syllable }
        return Self.position(of: Self.pair(first, second), in: pairs).map { composites[$0] }
    }

    /// Fills `codes` and `parts`; the pairs that compose, with what they become.
    private mutating func readMappings() -> [(pair: UInt64, code: UInt32)] {
        var composing: [(pair: UInt64, code: UInt32)] = []
        var code: UInt32 = 0
        for word in CanonicalMappings.list.utf8.split(whereSeparator: { $0 <= 0x20 }) {
            let mapping = CanonicalMapping(word)
            code = mapping.code ?? code + 1
            codes.append(code)
            parts.append((mapping.first, mapping.second))
            guard mapping.composes else { continue }
            composing.append((Self.pair(mapping.first, mapping.second), code))
        }
        return composing
    }

    private mutating func markUnstable(_ code: UInt32) {
        unstable[Int(code >> 6)] |= 1 << UInt64(code & 63)
    }

    /// The first scalar of the full decomposition.
    private func lead(of code: UInt32) -> UInt32 {
        decomposition(of: code).map { lead(of: $0.first) } ?? code
    }

    private static func pair(_ first: UInt32, _ second: UInt32) -> UInt64 {
        UInt64(first) << 32 | UInt64(second)
    }

    private static func position<Key: Comparable>(of key: Key, in keys: [Key]) -> Int? {
        var lower = 0
        var upper = keys.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if keys[middle] < key { lower = middle + 1 } else { upper = middle }
        }
        return lower < keys.count && keys[lower] == key ? lower : nil
    }
}

/// A word of ``CanonicalMappings/list``.
private struct CanonicalMapping {
    /// The scalar that decomposes, if the word gives it.
    private(set) var code: UInt32?
    private(set) var first: UInt32 = 0
    /// The second scalar, 0 for none.
    private(set) var second: UInt32 = 0
    private(set) var composes = false

    init(_ word: Substring.UTF8View) {
        var number: UInt32 = 0
        var isExcluded = false
        for byte in word {
            switch byte {
            case UInt8(ascii: ":"):
                code = number
                number = 0
            case UInt8(ascii: "+"):
                first = number
                number = 0
                composes = !isExcluded
            case UInt8(ascii: "!"): isExcluded = true
            default: number = number << 4 | UInt32(JSONValue.hexadecimalDigit(byte) ?? 0)
            }
        }
        if first == 0 { first = number } else { second = number }
    }
}

/// The combining class of a scalar; 0 for a number that is no scalar.
func combiningClass(_ code: UInt32) -> UInt8 {
    Unicode.Scalar(code)?.properties.canonicalCombiningClass.rawValue ?? 0
}
