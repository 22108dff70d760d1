/// Reads a grammar or a pattern scalar by scalar, and knows the line and the column.
struct SourceReader {
    private let scalars: [Unicode.Scalar]
    private(set) var position = 0
    private var line = 1
    private var lineStart = 0
    /// Where the text itself is, for errors.
    private let name: String
    private let hasLines: Bool

    /// A reader of `text`, which must be UTF-8.
    init(_ text: [UInt8], name: String, hasLines: Bool = true) throws(ConstraintError) {
        guard text.count <= ConstraintLimits.sourceBytes else {
            throw ConstraintError(
                .tooLarge, place: name, found: "\(text.count) bytes",
                expected: "at most \(ConstraintLimits.sourceBytes)")
        }
        guard let string = String(validating: text, as: UTF8.self) else {
            throw ConstraintError(
                .malformed, place: name, found: "bytes that are not UTF-8", expected: "UTF-8")
        }
        scalars = Array(string.unicodeScalars)
        self.name = name
        self.hasLines = hasLines
    }

    var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }
    var next: Unicode.Scalar? { position + 1 < scalars.count ? scalars[position + 1] : nil }

    /// `line:column` from 1, or the place of the text and the character.
    var place: String {
        hasLines ? "\(line):\(position - lineStart + 1)" : "\(name), character \(position + 1)"
    }

    mutating func advance() {
        if current == "\n" {
            line += 1
            lineStart = position + 1
        }
        position += 1
    }

    /// Goes past `scalar`, if it is the next one.
    mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard current == scalar else { return false }
        advance()
        return true
    }

    /// Reads a count in decimal digits.
    mutating func count() throws(ConstraintError) -> Int {
        var count: Int?
        while let scalar = current, ("0"..."9").contains(scalar) {
            count = min((count ?? 0) * 10 + Int(scalar.value - 0x30), 1 << 40)
            advance()
        }
        guard let count else { throw unexpected("a number") }
        guard count <= ConstraintLimits.repetitions else {
            throw ConstraintError(
                .tooLarge, place: place, found: "a repetition of \(count)",
                expected: "at most \(ConstraintLimits.repetitions)")
        }
        return count
    }

    /// Reads the scalar whose number has so many hexadecimal digits.
    mutating func hexadecimalScalar(digits: Int) throws(ConstraintError) -> Unicode.Scalar {
        let value = try hexadecimal(digits: digits)
        guard let scalar = Unicode.Scalar(value) else {
            throw ConstraintError(
                .malformed, place: place, found: "U+" + String(value, radix: 16, uppercase: true),
                expected: "the number of a character")
        }
        return scalar
    }

    mutating func hexadecimal(digits: Int) throws(ConstraintError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = current.flatMap({ Character($0).hexDigitValue }) else {
                throw unexpected("\(digits) hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            advance()
        }
        return value
    }

    /// The error that something else should come next.
    func unexpected(_ expected: String) -> ConstraintError {
        let found = current.map { $0 == "\n" ? "the end of a line" : "\"\($0)\"" }
        return ConstraintError(
            .malformed, place: place, found: found ?? "the end", expected: expected)
    }
}
