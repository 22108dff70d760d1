extension TemplateValue {
    /// Reads a JSON text, keeping the order of object keys, as tool descriptions need it.
    ///
    /// Throws `syntax` for malformed JSON, for whole numbers beyond 64 bits and for lone
    /// surrogates, and `limit` for arrays and objects nested too deeply.
    public init(json: String) throws(ChatTemplateError) {
        var reader = TemplateJSONReader(bytes: Array(json.utf8))
        self = try reader.readDocument()
    }
}

/// Reads JSON (RFC 8259) into template values.
struct TemplateJSONReader {
    let bytes: [UInt8]
    var position = 0
    var depth = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func readDocument() throws(ChatTemplateError) -> TemplateValue {
        let value = try readValue()
        skipSpace()
        guard position == bytes.count else { throw failure("text after the value") }
        return value
    }

    func failure(_ what: String) -> ChatTemplateError {
        ChatTemplateError(code: .syntax, message: "invalid JSON at byte \(position): \(what)")
    }

    private mutating func readValue() throws(ChatTemplateError) -> TemplateValue {
        skipSpace()
        guard position < bytes.count else { throw failure("the text ends before a value") }
        switch bytes[position] {
        case UInt8(ascii: "{"):
            return try nested { (reader) throws(ChatTemplateError) in try reader.readObject() }
        case UInt8(ascii: "["):
            return try nested { (reader) throws(ChatTemplateError) in try reader.readArray() }
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try readNumber()
        default: return try readWord()
        }
    }

    private mutating func nested(
        _ body: (inout TemplateJSONReader) throws(ChatTemplateError) -> TemplateValue
    ) throws(ChatTemplateError) -> TemplateValue {
        depth += 1
        defer { depth -= 1 }
        guard depth < TemplateLimits.valueDepth else {
            throw ChatTemplateError(
                code: .limit, message: "JSON is nested over \(TemplateLimits.valueDepth) deep")
        }
        return try body(&self)
    }

    private mutating func readObject() throws(ChatTemplateError) -> TemplateValue {
        position += 1
        var entries: [TemplateObject.Entry] = []
        guard !skip("}") else { return .object(TemplateObject(entries: [])) }
        repeat {
            skipSpace()
            let key = try readString()
            guard skip(":") else { throw failure("expected ':' after a key") }
            entries.append(.init(key: key, value: try readValue()))
        } while skip(",")
        guard skip("}") else { throw failure("expected ',' or '}' in an object") }
        return .object(TemplateObject(entries: entries))
    }

    private mutating func readArray() throws(ChatTemplateError) -> TemplateValue {
        position += 1
        var items: [TemplateValue] = []
        guard !skip("]") else { return .array([]) }
        repeat { items.append(try readValue()) } while skip(",")
        guard skip("]") else { throw failure("expected ',' or ']' in an array") }
        return .array(items)
    }

    private mutating func readWord() throws(ChatTemplateError) -> TemplateValue {
        let words: [(String, TemplateValue)] = [
            ("true", true), ("false", false), ("null", nil),
        ]
        for (word, value) in words where bytes[position...].starts(with: word.utf8) {
            position += word.utf8.count
            return value
        }
        throw failure("expected a value")
    }

    private mutating func readNumber() throws(ChatTemplateError) -> TemplateValue {
        let start = position
        while position < bytes.count, "+-.eE0123456789".utf8.contains(bytes[position]) {
            position += 1
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
        let isPadded =
            digits.first == UInt8(ascii: "0") && digits.count > 1
            && !".eE".utf8.contains(digits[digits.index(after: digits.startIndex)])
        guard !isPadded, !text.hasSuffix("."), !text.contains(".e"), !text.contains(".E") else {
            throw failure("a malformed number, \(text)")
        }
        if let integer = Int(text) { return .integer(integer) }
        guard text.utf8.contains(where: { ".eE".utf8.contains($0) }), let number = Double(text)
        else { throw failure("expected a number of at most 64 bits, found \(text)") }
        return .number(number)
    }

    private mutating func skipSpace() {
        while position < bytes.count, " \n\r\t".utf8.contains(bytes[position]) { position += 1 }
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else {
            return false
        }
        position += 1
        return true
    }
}
