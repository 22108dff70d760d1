/// A strict reader of the little JSON that checkpoints' headers are written in.
///
/// It reads what is asked for, front to back, so it builds no tree, sees duplicate keys, and needs
/// no memory beyond the strings it returns.
struct JSONScanner {
    /// Values that are passed over may be nested this deep.
    private static let deepestNesting = 32

    private let bytes: [UInt8]
    private let file: String
    private var position = 0

    /// A scanner at the start of `bytes`, a part of the file at path `file`.
    init(_ bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
    }

    /// Reads an object, calling `member` with each key when the scanner stands at its value.
    mutating func object(
        _ member: (inout JSONScanner, String) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        try expect(UInt8(ascii: "{"))
        if skip(UInt8(ascii: "}")) { return }
        repeat {
            let key = try string()
            try expect(UInt8(ascii: ":"))
            try member(&self, key)
        } while skip(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
    }

    /// Reads an array of at most `limit` non-negative integers.
    mutating func integers(limit: Int) throws(CheckpointError) -> [Int] {
        var integers: [Int] = []
        try expect(UInt8(ascii: "["))
        if skip(UInt8(ascii: "]")) { return [] }
        repeat {
            guard integers.count < limit else { throw error("at most \(limit) integers") }
            integers.append(try integer())
        } while skip(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
        return integers
    }

    /// Reads a non-negative integer that fits `Int`.
    private mutating func integer() throws(CheckpointError) -> Int {
        skipSpace()
        let start = position
        var value = 0
        while let digit = digit() {
            let scaled = value.multipliedReportingOverflow(by: 10)
            let sum = scaled.partialValue.addingReportingOverflow(digit)
            guard !scaled.overflow, !sum.overflow else { throw error("an integer below 2^63") }
            value = sum.partialValue
            position += 1
        }
        let hasLeadingZero = position - start > 1 && bytes[start] == UInt8(ascii: "0")
        guard position > start, !hasLeadingZero else { throw error("a non-negative integer") }
        return value
    }

    private func digit() -> Int? {
        guard position < bytes.count, (0x30...0x39).contains(bytes[position]) else { return nil }
        return Int(bytes[position] - 0x30)
    }

    /// Passes over one value of any kind.
    mutating func skipValue(depth: Int = 0) throws(CheckpointError) {
        guard depth < Self.deepestNesting else {
            throw error("values nested at most \(Self.deepestNesting) deep")
        }
        switch next {
        case UInt8(ascii: "{"):
            try object { scanner, _ throws(CheckpointError) in
                try scanner.skipValue(depth: depth + 1)
            }
        case UInt8(ascii: "["): try skipArray(depth: depth)
        case UInt8(ascii: "\""): _ = try string()
        default: try skipLiteral()
        }
    }

    private mutating func skipArray(depth: Int) throws(CheckpointError) {
        try expect(UInt8(ascii: "["))
        if skip(UInt8(ascii: "]")) { return }
        repeat { try skipValue(depth: depth + 1) } while skip(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
    }

    /// Passes over a number, `true`, `false` or `null`.
    private mutating func skipLiteral() throws(CheckpointError) {
        let start = position
        while position < bytes.count, Self.isLiteral(bytes[position]) { position += 1 }
        let literal = String(decoding: bytes[start..<position], as: UTF8.self)
        guard ["true", "false", "null"].contains(literal) || Double(literal) != nil else {
            position = start
            throw error("a value")
        }
    }

    private static func isLiteral(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2b, 0x2d, 0x2e: true
        default: false
        }
    }

    /// Checks that nothing but white space follows.
    mutating func end() throws(CheckpointError) {
        guard next == nil else { throw error("the end of the JSON text") }
    }

    /// The next byte that is not white space.
    private var next: UInt8? {
        mutating get {
            skipSpace()
            return position < bytes.count ? bytes[position] : nil
        }
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) {
            position += 1
        }
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(CheckpointError) {
        guard skip(byte) else { throw error("'\(Character(UnicodeScalar(byte)))'") }
    }

    private func error(_ expected: String) -> CheckpointError {
        let found =
            position < bytes.count
            ? "'\(Character(UnicodeScalar(bytes[position])))'" : "the end of the text"
        return CheckpointError(
            .corrupt, file: file,
            "invalid JSON: expected \(expected) at byte \(position), found \(found)")
    }
}

extension JSONScanner {
    /// Reads a string: valid UTF-8 with JSON's escapes resolved.
    mutating func string() throws(CheckpointError) -> String {
        try expect(UInt8(ascii: "\""))
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw error("valid UTF-8 in the string before")
                }
                position += 1
                return string
            case UInt8(ascii: "\\"):
                position += 1
                text.append(contentsOf: String(try escape()).utf8)
            case 0..<0x20:
                throw error("no control characters in a string")
            default:
                position += 1
                text.append(byte)
            }
        }
        throw error("the end of a string")
    }

    private mutating func escape() throws(CheckpointError) -> UnicodeScalar {
        guard position < bytes.count else { throw error("an escape sequence") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return UnicodeScalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw error("an escape sequence before")
        }
    }

    /// Reads the digits of `\uXXXX`, and the second half when they are a high surrogate.
    private mutating func unicodeEscape() throws(CheckpointError) -> UnicodeScalar {
        let unit = try hexadecimal()
        if let scalar = UnicodeScalar(unit) { return scalar }
        guard (0xd800..<0xdc00).contains(unit), position + 1 < bytes.count,
            bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
        else { throw error("a pair of surrogates") }
        position += 2
        let low = try hexadecimal()
        guard (0xdc00..<0xe000).contains(low),
            let scalar = UnicodeScalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00))
        else { throw error("a pair of surrogates") }
        return scalar
    }

    private mutating func hexadecimal() throws(CheckpointError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count,
                let digit = Character(UnicodeScalar(bytes[position])).hexDigitValue
            else { throw error("four hexadecimal digits") }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
