extension TOMLParser {
    func peek(_ offset: Int = 0) -> UInt8? {
        position + offset < bytes.count ? bytes[position + offset] : nil
    }

    mutating func advance(by count: Int = 1) { position += count }

    /// Skips blanks and tabs.
    mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x09 { advance() }
    }

    /// Skips from # to the end of the line, which stays.
    mutating func skipComment() {
        guard peek() == UInt8(ascii: "#") else { return }
        while let byte = peek(), byte != 0x0A, !(byte == 0x0D && peek(1) == 0x0A) { advance() }
    }

    /// Skips one end of line, if there is one.
    mutating func skipLineEnd() -> Bool {
        let length = peek() == 0x0D ? 2 : 1
        guard peek(length - 1) == 0x0A else { return false }
        advance(by: length)
        line += 1
        lineStart = position
        return true
    }

    /// Skips blanks, comments and ends of lines.
    mutating func skipLines() {
        repeat {
            skipSpace()
            skipComment()
        } while skipLineEnd()
    }

    /// An error at a byte of the current line; columns are counted in characters, from 1.
    func error(_ message: String, at offset: Int) -> TrainingError {
        let characters = bytes[lineStart..<min(offset, bytes.count)].count { $0 & 0xC0 != 0x80 }
        return TrainingError(
            .invalidConfiguration, file: "\(file):\(line):\(characters + 1)", message)
    }

    /// The error that something else than `expected` stands here.
    func unexpected(_ expected: String) -> TrainingError {
        error("expected \(expected), found \(found)", at: position)
    }

    private var found: String {
        guard let byte = peek() else { return "the end of the file" }
        switch byte {
        case 0x0A: return "the end of the line"
        case 0..<0x20, 0x7F: return "the control character 0x" + String(byte, radix: 16)
        default:
            let rest = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
            return rest.unicodeScalars.first.map { "\($0)" } ?? "nothing"
        }
    }

    /// Throws at the first byte that is not UTF-8.
    func checkEncoding() throws(TrainingError) {
        guard String(validating: bytes, as: UTF8.self) == nil else { return }
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var (line, column) = (1, 1)
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            column = scalar == "\n" ? 1 : column + 1
            line += scalar == "\n" ? 1 : 0
        }
        throw TrainingError(
            .invalidConfiguration, file: "\(file):\(line):\(column)",
            "expected UTF-8 text, found another byte; save the file as UTF-8")
    }
}
