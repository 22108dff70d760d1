/// Reads a JSON text into the nodes of a ``JSONDocument``, without recursion.
struct JSONParser {
    let bytes: [UInt8]
    let file: String
    private(set) var nodes: [JSONDocument.Node] = []
    private(set) var position = 0
    /// The nodes of the arrays and objects that are not closed yet.
    private var open: [Int] = []

    init(_ bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
    }

    mutating func parse() throws(TokenizerError) {
        guard bytes.count <= JSONDocument.longestText else {
            throw limit("\(bytes.count) bytes", "at most \(JSONDocument.longestText) bytes")
        }
        nodes.reserveCapacity(bytes.count / 8)
        try parseValue()
        while let container = open.last { try continueContainer(container) }
        skipSpace()
        guard position == bytes.count else { throw unexpected("the end of the file") }
    }

    /// Reads the next item of the innermost array or object, or its end.
    private mutating func continueContainer(_ container: Int) throws(TokenizerError) {
        let isObject = nodes[container].kind == .object
        let isEmpty = nodes.count == container + 1
        skipSpace()
        if peek() == UInt8(ascii: isObject ? "}" : "]") {
            position += 1
            nodes[container].end = UInt32(position)
            nodes[container].next = UInt32(nodes.count)
            open.removeLast()
            return
        }
        if !isEmpty { try expect(UInt8(ascii: ","), "a comma or the end of the list") }
        if isObject {
            skipSpace()
            guard peek() == UInt8(ascii: "\"") else { throw unexpected("a key in quotation marks") }
            try parseString()
            skipSpace()
            try expect(UInt8(ascii: ":"), "a colon after the key")
        }
        try parseValue()
    }

    /// Reads a value; of an array or object, only its beginning.
    private mutating func parseValue() throws(TokenizerError) {
        skipSpace()
        switch peek() {
        case UInt8(ascii: "{"): try openContainer(.object)
        case UInt8(ascii: "["): try openContainer(.array)
        case UInt8(ascii: "\""): try parseString()
        case UInt8(ascii: "t"): try parseWord("true", .bool)
        case UInt8(ascii: "f"): try parseWord("false", .bool)
        case UInt8(ascii: "n"): try parseWord("null", .null)
        case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): try parseNumber()
        default: throw unexpected("a value")
        }
    }

    private mutating func openContainer(_ kind: JSONDocument.Kind) throws(TokenizerError) {
        guard open.count < JSONDocument.greatestDepth else {
            throw limit(
                "more than \(open.count) lists in one another",
                "at most \(JSONDocument.greatestDepth)")
        }
        open.append(nodes.count)
        append(kind, from: position, to: position)
        position += 1
    }

    private mutating func parseWord(
        _ word: StaticString, _ kind: JSONDocument.Kind
    ) throws(TokenizerError) {
        let start = position
        for byte in Array("\(word)".utf8) { try expect(byte, "\(word)") }
        append(kind, from: start, to: position)
    }

    private mutating func parseNumber() throws(TokenizerError) {
        let start = position
        if peek() == UInt8(ascii: "-") { position += 1 }
        if peek() == UInt8(ascii: "0") { position += 1 } else { try skipDigits() }
        if peek() == UInt8(ascii: ".") {
            position += 1
            try skipDigits()
        }
        if let byte = peek(), byte | 0x20 == UInt8(ascii: "e") {
            position += 1
            if let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
                position += 1
            }
            try skipDigits()
        }
        append(.number, from: start, to: position)
    }

    /// Skips one or more digits.
    private mutating func skipDigits() throws(TokenizerError) {
        let start = position
        while let byte = peek(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            position += 1
        }
        guard position > start else { throw unexpected("a digit") }
    }

    private mutating func parseString() throws(TokenizerError) {
        position += 1
        let start = position
        var hasEscapes = false
        while let byte = peek(), byte != UInt8(ascii: "\"") {
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                try skipEscape()
            } else {
                try skipCharacter(byte)
            }
        }
        guard position < bytes.count else { throw unexpected("a quotation mark") }
        append(.string, from: start, to: position)
        nodes[nodes.count - 1].hasEscapes = hasEscapes
        position += 1
    }

    @inline(__always)
    private mutating func skipCharacter(_ byte: UInt8) throws(TokenizerError) {
        guard byte >= 0x20 else { throw unexpected("an escaped control character") }
        if byte < 0x80 {
            position += 1
            return
        }
        let scalar = DecodedScalar(bytes, at: position, end: bytes.count)
        guard scalar.kind == .scalar else { throw unexpected("UTF-8") }
        position += scalar.length
    }

    private mutating func skipEscape() throws(TokenizerError) {
        position += 1
        switch peek() {
        case UInt8(ascii: "u"):
            let unit = try skipCodeUnit()
            guard unit & 0xF800 == 0xD800 else { return }
            guard unit < 0xDC00, peek() == UInt8(ascii: "\\") else {
                throw unexpected("a pair of surrogates")
            }
            position += 1
            guard peek() == UInt8(ascii: "u"), try skipCodeUnit() & 0xFC00 == 0xDC00 else {
                throw unexpected("the second of a pair of surrogates")
            }
        case .some(let byte) where JSONValue.simpleEscape(byte) != nil: position += 1
        default: throw unexpected("an escape of JSON")
        }
    }

    /// Skips `u` and four hexadecimal digits.
    private mutating func skipCodeUnit() throws(TokenizerError) -> UInt32 {
        position += 1
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = JSONValue.hexadecimalDigit(byte) else {
                throw unexpected("four hexadecimal digits")
            }
            value = value << 4 | digit
            position += 1
        }
        return value
    }

    @inline(__always)
    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    private mutating func expect(_ byte: UInt8, _ name: String) throws(TokenizerError) {
        guard peek() == byte else { throw unexpected(name) }
        position += 1
    }

    private mutating func append(_ kind: JSONDocument.Kind, from start: Int, to end: Int) {
        nodes.append(
            JSONDocument.Node(
                kind: kind, start: UInt32(start), end: UInt32(end), next: UInt32(nodes.count + 1)))
    }

    private func unexpected(_ expected: String) -> TokenizerError {
        let found = peek().map { "byte 0x" + String($0, radix: 16) } ?? "the end of the file"
        return TokenizerError(
            code: .malformedJSON, place: file, found: found, expected: expected,
            byteOffset: position)
    }

    private func limit(_ found: String, _ expected: String) -> TokenizerError {
        TokenizerError(
            code: .limitExceeded, place: file, found: found, expected: expected,
            byteOffset: position)
    }
}
