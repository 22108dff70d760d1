/// The class of a Unicode scalar, as far as the split patterns tell scalars apart.
struct ScalarClass: OptionSet, Sendable {
    let rawValue: UInt8

    /// `\p{L}`: general category L.
    static let letter = ScalarClass(rawValue: 1)
    /// `\p{N}`: general category N.
    static let number = ScalarClass(rawValue: 2)
    /// `\s`: the property White_Space.
    static let space = ScalarClass(rawValue: 4)
    /// Carriage return and line feed, which are also `space`.
    static let newline = ScalarClass(rawValue: 8)
    /// `[^\s\p{L}\p{N}]`; ill-formed bytes belong here too.
    static let other: ScalarClass = []
}

/// The classes of all Unicode scalars, in a table of two levels.
///
/// Built once from the standard library's properties, in a few milliseconds; about 35 kB.
struct ScalarClasses: Sendable {
    /// The table that everyone shares.
    static let shared = ScalarClasses()

    /// Planes 0 to 3 hold all letters, numbers and spaces; the other planes are `other`.
    private static let tableEnd: UInt32 = 0x40000

    /// The position in `classes` of each block of 256 scalars.
    private let blocks: [UInt16]
    /// The distinct blocks, one after the other.
    private let classes: [ScalarClass]

    private init() {
        var blocks: [UInt16] = []
        var classes: [ScalarClass] = []
        var known: [[UInt8]: UInt16] = [:]
        for start in stride(from: 0, to: Self.tableEnd, by: 256) {
            let block = (start..<start + 256).map { Self.classOfScalar($0) }
            let key = block.map(\.rawValue)
            let number = known[key] ?? UInt16(known.count)
            if known.updateValue(number, forKey: key) == nil { classes += block }
            blocks.append(number)
        }
        self.blocks = blocks
        self.classes = classes
    }

    /// The class of the scalar with the number `value`.
    @inline(__always)
    subscript(value: UInt32) -> ScalarClass {
        guard value < Self.tableEnd else { return .other }
        return classes[Int(blocks[Int(value >> 8)]) << 8 | Int(value & 0xFF)]
    }

    private static func classOfScalar(_ value: UInt32) -> ScalarClass {
        guard let scalar = Unicode.Scalar(value) else { return .other }
        if value == 0x0A || value == 0x0D { return [.space, .newline] }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            return .letter
        case .decimalNumber, .letterNumber, .otherNumber:
            return .number
        case .spaceSeparator, .lineSeparator, .paragraphSeparator, .control:
            return scalar.properties.isWhitespace ? .space : .other
        default:
            return .other
        }
    }
}
