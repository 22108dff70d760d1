extension JSONValue {
    /// The byte that a one-letter escape stands for.
    static func simpleEscape(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    static func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
        default: nil
        }
    }

    /// Adds `escaped`, whose escapes the parser has checked, to `text`.
    static func appendUnescaped(_ escaped: ArraySlice<UInt8>, to text: inout [UInt8]) {
        var index = escaped.startIndex
        while index < escaped.endIndex {
            guard escaped[index] == UInt8(ascii: "\\") else {
                text.append(escaped[index])
                index += 1
                continue
            }
            if let byte = simpleEscape(escaped[index + 1]) {
                text.append(byte)
                index += 2
            } else {
                index += appendCodeUnits(escaped[index...], to: &text)
            }
        }
    }

    /// Adds the scalar of `\uXXXX`, or of two such escapes that are surrogates.
    ///
    /// - Returns: The number of bytes read.
    private static func appendCodeUnits(
        _ escaped: ArraySlice<UInt8>, to text: inout [UInt8]
    ) -> Int {
        let high = codeUnit(escaped.dropFirst(2))
        let isPair = high & 0xF800 == 0xD800
        let value =
            isPair
            ? 0x10000 + (high & 0x3FF) << 10 + codeUnit(escaped.dropFirst(8)) & 0x3FF : high
        if let scalar = Unicode.Scalar(value) {
            text.append(contentsOf: UTF8.encode(scalar) ?? .init())
        }
        return isPair ? 12 : 6
    }

    private static func codeUnit(_ digits: ArraySlice<UInt8>) -> UInt32 {
        digits.prefix(4).reduce(0) { $0 << 4 | (hexadecimalDigit($1) ?? 0) }
    }
}
