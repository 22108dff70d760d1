/// One step through bytes that should be UTF-8.
struct DecodedScalar {
    /// What the bytes at a position are.
    enum Kind {
        /// A Unicode scalar.
        case scalar
        /// Bytes that no continuation can make a scalar.
        case illFormed
        /// The beginning of a scalar, cut by the end of the bytes.
        case truncated
    }

    let kind: Kind
    /// The scalar's number; 0 unless `kind` is `scalar`.
    let value: UInt32
    /// The number of bytes, at least 1: of the scalar, or of the maximal subpart of an ill-formed
    /// sequence (Unicode 3.9, "U+FFFD Substitution of Maximal Subparts").
    let length: Int

    /// Decodes the bytes at `index`, looking no further than `end`.
    @inline(__always)
    init(_ bytes: [UInt8], at index: Int, end: Int) {
        let lead = bytes[index]
        if lead < 0x80 {
            self.init(kind: .scalar, value: UInt32(lead), length: 1)
        } else {
            self.init(multibyte: bytes, at: index, end: end)
        }
    }

    private init(kind: Kind, value: UInt32, length: Int) {
        self.kind = kind
        self.value = value
        self.length = length
    }

    private init(multibyte bytes: [UInt8], at index: Int, end: Int) {
        let lead = bytes[index]
        let count = Self.sequenceLength(lead: lead)
        guard count > 1 else {
            self.init(kind: .illFormed, value: 0, length: 1)
            return
        }
        var allowed = Self.secondByteRange(lead: lead)
        var value = UInt32(lead) & (0x7F >> UInt32(count))
        for offset in 1..<count {
            guard index + offset < end else {
                self.init(kind: .truncated, value: 0, length: offset)
                return
            }
            let byte = bytes[index + offset]
            guard allowed.contains(byte) else {
                self.init(kind: .illFormed, value: 0, length: offset)
                return
            }
            allowed = 0x80...0xBF
            value = value << 6 | UInt32(byte & 0x3F)
        }
        self.init(kind: .scalar, value: value, length: count)
    }

    /// The length of a sequence that begins with `lead`; 0 if none can (Unicode table 3-7).
    private static func sequenceLength(lead: UInt8) -> Int {
        switch lead {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 0
        }
    }

    /// The second bytes that may follow `lead` (Unicode table 3-7).
    private static func secondByteRange(lead: UInt8) -> ClosedRange<UInt8> {
        switch lead {
        case 0xE0: 0xA0...0xBF
        case 0xED: 0x80...0x9F
        case 0xF0: 0x90...0xBF
        case 0xF4: 0x80...0x8F
        default: 0x80...0xBF
        }
    }
}
