extension TOMLParser {
    /// A list of scalars, over one line or several; a comma may stand behind the last.
    mutating func parseArray() throws(TrainingError) -> TOMLValue {
        let first = line
        var items: [TOMLValue] = []
        advance()
        while true {
            skipLines()
            if peek() == UInt8(ascii: "]") { break }
            guard peek() != UInt8(ascii: "[") else {
                throw error("lists in lists are not read; use one list", at: position)
            }
            items.append(try parseScalar())
            skipLines()
            guard peek() == UInt8(ascii: ",") else { break }
            advance()
        }
        guard peek() == UInt8(ascii: "]") else { throw unexpected("a comma or ] in the list") }
        advance()
        return TOMLValue(content: .array(items), line: first)
    }

    /// A string, number or truth value.
    mutating func parseScalar() throws(TrainingError) -> TOMLValue {
        let line = line
        switch peek() {
        case UInt8(ascii: "\""):
            return TOMLValue(content: .string(try parseBasicString()), line: line)
        case UInt8(ascii: "'"):
            return TOMLValue(content: .string(try parseLiteralString()), line: line)
        case UInt8(ascii: "{"):
            throw error("inline tables {…} are not read; use [table] or dotted keys", at: position)
        default:
            return TOMLValue(content: try parseWord(), line: line)
        }
    }

    private mutating func parseWord() throws(TrainingError) -> TOMLValue.Content {
        let start = position
        while let byte = peek(), !Self.endsWord(byte) { advance() }
        let word = String(decoding: bytes[start..<position], as: UTF8.self)
        switch word {
        case "": throw unexpected("a value")
        case "true": return .bool(true)
        case "false": return .bool(false)
        default: break
        }
        do throws(NumberProblem) {
            return try Self.number(Array(word.utf8))
        } catch {
            throw self.error(error.message(String(word.prefix(40))), at: start)
        }
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]")
            || byte == UInt8(ascii: "#") || byte == UInt8(ascii: "=")
    }
}
