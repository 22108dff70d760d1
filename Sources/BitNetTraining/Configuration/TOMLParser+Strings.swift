extension TOMLParser {
    /// A string in quotation marks, its escapes replaced.
    mutating func parseBasicString() throws(TrainingError) -> String {
        try refuseSeveralLines(UInt8(ascii: "\""))
        var text: [UInt8] = []
        advance()
        while let byte = peek(), byte != UInt8(ascii: "\"") {
            if byte == UInt8(ascii: "\\") {
                try parseEscape(into: &text)
            } else {
                text.append(try parseCharacter(byte))
            }
        }
        guard peek() != nil else { throw unexpected("a closing quotation mark") }
        advance()
        return String(decoding: text, as: UTF8.self)
    }

    /// A string in apostrophes, which has no escapes.
    mutating func parseLiteralString() throws(TrainingError) -> String {
        try refuseSeveralLines(UInt8(ascii: "'"))
        var text: [UInt8] = []
        advance()
        while let byte = peek(), byte != UInt8(ascii: "'") {
            text.append(try parseCharacter(byte))
        }
        guard peek() != nil else { throw unexpected("a closing apostrophe") }
        advance()
        return String(decoding: text, as: UTF8.self)
    }

    private func refuseSeveralLines(_ quote: UInt8) throws(TrainingError) {
        guard peek(1) == quote, peek(2) == quote else { return }
        throw error(
            "strings over several lines are not read; use one line, with \\n for its ends",
            at: position)
    }

    /// Skips one byte of a string, which is no control character but the tab.
    private mutating func parseCharacter(_ byte: UInt8) throws(TrainingError) -> UInt8 {
        guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else {
            throw unexpected("the string's end in the same line, and control characters as escapes")
        }
        advance()
        return byte
    }

    private mutating func parseEscape(into text: inout [UInt8]) throws(TrainingError) {
        let start = position
        advance()
        let letter = peek()
        advance()
        switch letter {
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(bytes[position - 1])
        case UInt8(ascii: "u"): try parseScalar(digits: 4, at: start, into: &text)
        case UInt8(ascii: "U"): try parseScalar(digits: 8, at: start, into: &text)
        default:
            throw error(
                "expected one of the escapes \\b \\t \\n \\f \\r \\\" \\\\ \\uXXXX \\UXXXXXXXX; "
                    + "write \\\\ for a backslash", at: start)
        }
    }

    /// The scalar whose number `digits` hexadecimal digits give.
    private mutating func parseScalar(
        digits: Int, at start: Int, into text: inout [UInt8]
    ) throws(TrainingError) {
        let number = bytes[min(position, bytes.count)...].prefix(digits)
        let isHexadecimal = number.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
        guard number.count == digits, isHexadecimal,
            let value = UInt32(String(decoding: number, as: UTF8.self), radix: 16),
            let scalar = Unicode.Scalar(value)
        else { throw error("expected \(digits) hexadecimal digits of a character", at: start) }
        advance(by: digits)
        text.append(contentsOf: String(Character(scalar)).utf8)
    }
}
