/// Reads a TOML text front to back, without recursion.
struct TOMLParser {
    /// The greatest length of a key's path in bytes, and of parts in it.
    private static let longestKey = 256
    private static let mostParts = 16
    /// The greatest number of keys and headers.
    private static let mostNames = 4096

    let bytes: [UInt8]
    let file: String
    var position = 0
    /// The line of `position`, from 1, and where it begins.
    var line = 1
    var lineStart = 0
    private(set) var keys: [String] = []
    private(set) var values: [String: TOMLValue] = [:]
    private(set) var names = TOMLNames()
    /// The table of the last header and that header's line; none at first.
    private var table: [String] = []
    private var section = 0

    init(_ bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
    }

    mutating func parse() throws(TrainingError) {
        guard bytes.count <= TOMLDocument.greatestSize else {
            throw TrainingError(
                .invalidConfiguration, file: file,
                "the file has more than \(TOMLDocument.greatestSize) bytes; expected settings")
        }
        try checkEncoding()
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { advance(by: 3) }
        while true {
            skipSpace()
            switch peek() {
            case nil: return
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "#"): break
            case UInt8(ascii: "["): try parseHeader()
            default: try parsePair()
            }
            try finishLine()
        }
    }

    private mutating func parseHeader() throws(TrainingError) {
        let start = position
        advance()
        guard peek() != UInt8(ascii: "[") else {
            throw error("lists of tables [[…]] are not read; use [table] with keys", at: start)
        }
        let path = try parseKey()
        guard peek() == UInt8(ascii: "]") else { throw unexpected("] behind the table's name") }
        advance()
        try checkSize(path, at: start)
        if let problem = names.addHeader(path, line: line) { throw error(problem, at: start) }
        table = path
        section = line
    }

    private mutating func parsePair() throws(TrainingError) {
        let start = position
        let path = try parseKey()
        guard peek() == UInt8(ascii: "=") else { throw unexpected("= behind the key") }
        advance()
        try checkSize(table + path, at: start)
        if let problem = names.addValue(path, in: table, section: section, line: line) {
            throw error(problem, at: start)
        }
        skipSpace()
        let name = TOMLNames.joined(table + path)
        values[name] =
            peek() == UInt8(ascii: "[") ? try parseArray() : try parseScalar()
        keys.append(name)
    }

    /// The parts of a dotted key, with the space around them.
    private mutating func parseKey() throws(TrainingError) -> [String] {
        var parts: [String] = []
        while true {
            skipSpace()
            parts.append(try parseKeyPart())
            skipSpace()
            guard peek() == UInt8(ascii: ".") else { return parts }
            advance()
        }
    }

    private mutating func parseKeyPart() throws(TrainingError) -> String {
        if peek() == UInt8(ascii: "\"") { return try parseBasicString() }
        if peek() == UInt8(ascii: "'") { return try parseLiteralString() }
        let start = position
        while let byte = peek(), Self.isBareKeyByte(byte) { advance() }
        guard position > start else {
            throw unexpected("a key of letters, digits, _ and -, or one in quotation marks")
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private func checkSize(_ path: [String], at start: Int) throws(TrainingError) {
        let length = path.reduce(0) { $0 + $1.utf8.count }
        guard path.count <= Self.mostParts, length <= Self.longestKey else {
            throw error(
                "expected a key of at most \(Self.mostParts) parts and \(Self.longestKey) bytes, "
                    + "found \(path.count) parts and \(length) bytes", at: start)
        }
        guard keys.count + names.headers.count < Self.mostNames else {
            throw error("expected at most \(Self.mostNames) keys, found more", at: start)
        }
    }

    /// Skips a comment and the end of the line.
    private mutating func finishLine() throws(TrainingError) {
        skipSpace()
        skipComment()
        guard peek() == nil || skipLineEnd() else {
            throw unexpected("the end of the line or a comment")
        }
    }

    static func isBareKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
