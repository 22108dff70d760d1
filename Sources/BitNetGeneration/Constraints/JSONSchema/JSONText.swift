internal import BitNetTokenizers

/// The parts of JSON texts that all schemas share.
enum JSONText {
    /// The one spelling of a string that is written: UTF-8, escapes where they are needed.
    static func string(_ text: some Sequence<UInt8>) -> [UInt8] {
        var result: [UInt8] = [0x22]
        for byte in text {
            if byte < 0x20 || byte == 0x22 || byte == 0x5C {
                result += escape(byte)
            } else {
                result.append(byte)
            }
        }
        return result + [0x22]
    }

    /// The escape of a byte that a string can't have.
    private static func escape(_ byte: UInt8) -> [UInt8] {
        switch byte {
        case 0x22: return Array(#"\""#.utf8)
        case 0x5C: return Array(#"\\"#.utf8)
        case 0x08: return Array(#"\b"#.utf8)
        case 0x0C: return Array(#"\f"#.utf8)
        case 0x0A: return Array(#"\n"#.utf8)
        case 0x0D: return Array(#"\r"#.utf8)
        case 0x09: return Array(#"\t"#.utf8)
        default:
            let digits = Array("0123456789abcdef".utf8)
            return Array(#"\u00"#.utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }

    /// A value in one spelling, without white space.
    static func compact(_ value: JSONValue) -> [UInt8] {
        switch value.kind {
        case .null, .bool, .number: return Array(value.source)
        case .string: return string(value.utf8 ?? [])
        case .array:
            let items = value.elements.map(compact)
            return Array("[".utf8) + Array(items.joined(separator: Array(",".utf8)))
                + Array("]".utf8)
        case .object:
            let members = value.members.map { key, value in
                compact(key) + Array(":".utf8) + compact(value)
            }
            return Array("{".utf8) + Array(members.joined(separator: Array(",".utf8)))
                + Array("}".utf8)
        }
    }

    /// Characters that a string may have as they are.
    static let plain = ScalarSet([0x20...0x21, 0x23...0x5B, 0x5D...ScalarSet.last])

    /// The content of a string that is one character of `set`, in the one spelling it has.
    static func character(of set: ScalarSet) -> GrammarExpression {
        let raw = set.intersection(plain)
        var choices: [GrammarExpression] = raw.isEmpty ? [] : [.scalar(raw)]
        if plain.inverted.subtracting(set).isEmpty { return .choice(choices + [anyEscape]) }
        for range in set.subtracting(plain).ranges {
            for value in range { choices.append(.bytes(escape(UInt8(value)))) }
        }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    /// The one spelling of each character that can't be written as it is.
    private static let anyEscape = GrammarExpression.sequence([
        .text(#"\"#),
        .choice([
            .byte(ByteSet(#""\\bfnrt"#)),
            .sequence([.text("u000"), .byte(ByteSet("01234567bef"))]),
            .sequence([.text("u001"), .byte(ByteSet("0123456789abcdef"))]),
        ]),
    ])

    /// One character of a string in any spelling: as it is, or an escape, or two that are a pair of
    /// surrogates.
    static let character: GrammarExpression = {
        let digit = ByteSet("0123456789abcdefABCDEF")
        func byte(_ text: StaticString) -> GrammarExpression { .byte(ByteSet(text)) }
        let hex = GrammarExpression.byte(digit)
        let plainUnit = GrammarExpression.choice([
            .sequence([byte("0123456789abcefABCEF"), hex, hex, hex]),
            .sequence([byte("dD"), byte("01234567"), hex, hex]),
        ])
        let pair = GrammarExpression.sequence([
            byte("dD"), byte("89abAB"), hex, hex, .text(#"\u"#), byte("dD"),
            byte("cdefCDEF"), hex, hex,
        ])
        let escape = GrammarExpression.choice([
            byte(#""\/bfnrt"#), .sequence([byte("u"), .choice([plainUnit, pair])]),
        ])
        return .choice([.scalar(plain), .sequence([byte(#"\"#), escape])])
    }()
}
