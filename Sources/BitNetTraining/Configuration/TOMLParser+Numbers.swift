/// Why a word is no number that a setting can have.
enum NumberProblem: Error {
    case date, otherBase, notFinite, leadingZero, tooLarge, noNumber

    func message(_ word: String) -> String {
        switch self {
        case .date: "dates and times are not read, found \(word); put it in quotation marks"
        case .otherBase: "expected a decimal number, found \(word)"
        case .notFinite: "expected a finite number, found \(word)"
        case .leadingZero: "\(word) has a zero in front; remove it"
        case .tooLarge: "\(word) is out of range; expected a number that fits in 64 bits"
        case .noNumber: "expected a value, found \(word); text goes in quotation marks"
        }
    }
}

extension TOMLParser {
    /// An integer or float: digits may have single `_` between them; a point needs digits on both
    /// sides; no zero in front.
    static func number(_ word: [UInt8]) throws(NumberProblem) -> TOMLValue.Content {
        var scanner = NumberScanner(word)
        let whole = scanner.skipSignAndDigits()
        var isFloat = false
        if whole > 0, scanner.skip(".") {
            isFloat = true
            guard scanner.skipDigits() > 0 else { throw .noNumber }
        }
        if whole > 0, scanner.skip("e") || scanner.skip("E") {
            isFloat = true
            guard scanner.skipSignAndDigits() > 0 else { throw .noNumber }
        }
        guard whole > 0, scanner.isAtEnd else { throw problem(word) }
        let digits = word.filter { $0 != UInt8(ascii: "_") }
        let unsigned = digits.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
        if whole > 1, unsigned.first == UInt8(ascii: "0") { throw .leadingZero }
        return try value(String(decoding: digits, as: UTF8.self), isFloat: isFloat)
    }

    private static func value(
        _ digits: String, isFloat: Bool
    ) throws(NumberProblem) -> TOMLValue.Content {
        if isFloat, let value = Double(digits), value.isFinite { return .double(value) }
        if !isFloat, let value = Int(digits) { return .integer(value) }
        throw .tooLarge
    }

    /// What a word is that is no decimal number.
    private static func problem(_ word: [UInt8]) -> NumberProblem {
        let unsigned = word.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
        if unsigned.elementsEqual("inf".utf8) || unsigned.elementsEqual("nan".utf8) {
            return .notFinite
        }
        guard let first = unsigned.first, (0x30...0x39).contains(first) else { return .noNumber }
        if unsigned.dropFirst().contains(UInt8(ascii: "-")) || word.contains(UInt8(ascii: ":")) {
            return .date
        }
        let bases = [UInt8(ascii: "x"), UInt8(ascii: "o"), UInt8(ascii: "b")]
        return first == 0x30 && unsigned.dropFirst().first.map(bases.contains) == true
            ? .otherBase : .noNumber
    }
}

/// A position in the bytes of a number.
private struct NumberScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: scalar) else { return false }
        position += 1
        return true
    }

    mutating func skipSignAndDigits() -> Int {
        if !skip("-") { _ = skip("+") }
        return skipDigits()
    }

    /// Skips digits with single `_` between them; returns how many digits.
    mutating func skipDigits() -> Int {
        var count = 0
        while isDigit(position) || count > 0 && isSeparator(position) {
            count += isDigit(position) ? 1 : 0
            position += 1
        }
        return count
    }

    private func isDigit(_ index: Int) -> Bool {
        index < bytes.count && (0x30...0x39).contains(bytes[index])
    }

    private func isSeparator(_ index: Int) -> Bool {
        index < bytes.count && bytes[index] == UInt8(ascii: "_") && isDigit(index - 1)
            && isDigit(index + 1)
    }
}
