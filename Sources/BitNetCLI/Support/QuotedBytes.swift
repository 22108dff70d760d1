/// Bytes as text in quotes, so that every byte can be told: for tokens, which may be part of a
/// character.
enum QuotedBytes {
    /// Control characters, quotes and backslashes escaped; bytes that are not UTF-8 as `\xNN`.
    static func text(_ bytes: [UInt8]) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return "\"" + bytes.map { escape($0, keepsText: $0 < 0x80) }.joined() + "\""
        }
        let escaped = text.unicodeScalars.map { scalar in
            scalar.isASCII ? escape(UInt8(scalar.value), keepsText: true) : String(scalar)
        }
        return "\"" + escaped.joined() + "\""
    }

    private static func escape(_ byte: UInt8, keepsText: Bool) -> String {
        switch byte {
        case UInt8(ascii: "\n"): return "\\n"
        case UInt8(ascii: "\r"): return "\\r"
        case UInt8(ascii: "\t"): return "\\t"
        case UInt8(ascii: "\""): return "\\\""
        case UInt8(ascii: "\\"): return "\\\\"
        default: break
        }
        if keepsText, byte >= 0x20, byte != 0x7F { return String(Unicode.Scalar(byte)) }
        let digits = String(byte, radix: 16, uppercase: true)
        return "\\x" + (digits.count == 1 ? "0" : "") + digits
    }
}
