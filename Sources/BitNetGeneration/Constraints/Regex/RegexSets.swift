/// The sets of characters that escapes stand for.
///
/// Dialects differ beyond ASCII: `\w` is ASCII in ECMA-262 and any letter in Python. Each set has the
/// characters that all of them agree on, and those that any of them has, so that what is generated
/// is matched by all.
enum RegexSets {
    /// A set as the strictest and as the widest dialect has it.
    struct Pair {
        /// Found when it is asked for: the widest sets take some hundredths of a second.
        private let findLeast: @Sendable () -> ScalarSet
        private let findMost: @Sendable () -> ScalarSet

        var least: ScalarSet { findLeast() }
        var most: ScalarSet { findMost() }

        init(_ set: ScalarSet) { self.init({ set }, most: { set }) }

        init(
            _ least: @escaping @Sendable () -> ScalarSet,
            most: @escaping @Sendable () -> ScalarSet
        ) {
            findLeast = least
            findMost = most
        }

        var inverted: Pair {
            let (least, most) = (findLeast, findMost)
            return Pair({ most().inverted }, most: { least().inverted })
        }

        func union(_ other: Pair) -> Pair {
            let (least, most) = (findLeast, findMost)
            let (otherLeast, otherMost) = (other.findLeast, other.findMost)
            return Pair(
                { least().union(otherLeast()) }, most: { most().union(otherMost()) })
        }
    }

    /// What `.` does not match.
    static let lineEnds = ScalarSet("\n\r\u{85}\u{2028}\u{2029}")

    /// The set of `\d`, `\w`, `\s`, or of the opposite for a capital; nil for another letter.
    static func named(_ letter: Unicode.Scalar) -> Pair? {
        switch letter {
        case "d": digits
        case "D": digits.inverted
        case "w": words
        case "W": words.inverted
        case "s": spaces
        case "S": spaces.inverted
        default: nil
        }
    }

    private static let digits = Pair({ ScalarSet([0x30...0x39]) }, most: { allDigits })
    private static let words = Pair({ asciiWords }, most: { allWords })
    private static let spaces = Pair({ asciiSpaces }, most: { allSpaces })

    private static let asciiWords = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    private static let asciiSpaces = ScalarSet([0x09...0x0D, 0x20...0x20])
    private static let allDigits = scalars { $0.properties.generalCategory == .decimalNumber }
    private static let allWords = scalars { scalar in
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter,
            .otherLetter, .decimalNumber, .letterNumber, .otherNumber, .nonspacingMark,
            .spacingMark, .enclosingMark, .connectorPunctuation:
            true
        default: scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        }
    }
    private static let allSpaces = ScalarSet([
        0x09...0x0D, 0x1C...0x20, 0x85...0x85, 0xA0...0xA0, 0x1680...0x1680, 0x180E...0x180E,
        0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000,
        0xFEFF...0xFEFF,
    ])

    private static func scalars(where isIn: (Unicode.Scalar) -> Bool) -> ScalarSet {
        var ranges: [ClosedRange<UInt32>] = []
        for value in 0...ScalarSet.last {
            guard let scalar = Unicode.Scalar(value), isIn(scalar) else { continue }
            if let last = ranges.last, last.upperBound + 1 == value {
                ranges[ranges.count - 1] = last.lowerBound...value
            } else {
                ranges.append(value...value)
            }
        }
        return ScalarSet(ranges)
    }
}
