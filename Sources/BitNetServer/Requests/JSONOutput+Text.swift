#if Server
extension JSONOutput {
    /// The value as JSON on one line, in UTF-8.
    var bytes: [UInt8] {
        var text: [UInt8] = []
        write(to: &text)
        return text
    }

    /// The value as JSON on one line.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    private func write(to text: inout [UInt8]) {
        switch self {
        case .null: text += "null".utf8
        case .bool(let value): text += (value ? "true" : "false").utf8
        case .integer(let value): text += String(value).utf8
        case .literal(let value): text += value.utf8
        case .string(let value): Self.write(value, to: &text)
        case .array(let items): Self.write(items, in: ("[", "]"), to: &text) { $0.write(to: &$1) }
        case .object(let members):
            Self.write(members, in: ("{", "}"), to: &text) { member, text in
                Self.write(member.key, to: &text)
                text.append(UInt8(ascii: ":"))
                member.value.write(to: &text)
            }
        }
    }

    private static func write<Item>(
        _ items: [Item], in brackets: (Unicode.Scalar, Unicode.Scalar), to text: inout [UInt8],
        item: (Item, inout [UInt8]) -> Void
    ) {
        text.append(UInt8(ascii: brackets.0))
        for (index, value) in items.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            item(value, &text)
        }
        text.append(UInt8(ascii: brackets.1))
    }

    /// Writes a string in quotation marks (RFC 8259, section 7).
    private static func write(_ string: String, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""): text += "\\\"".utf8
            case UInt8(ascii: "\\"): text += "\\\\".utf8
            case UInt8(ascii: "\n"): text += "\\n".utf8
            case UInt8(ascii: "\r"): text += "\\r".utf8
            case UInt8(ascii: "\t"): text += "\\t".utf8
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                text += "\\u00\(digits.count == 1 ? "0" : "")\(digits)".utf8
            default: text.append(byte)
            }
        }
        text.append(UInt8(ascii: "\""))
    }
}
#endif
