extension TemplateLexer {
    /// Reads an integer or a floating-point number; after a dot only an integer, so that `x.0.1`
    /// is two subscripts.
    mutating func readNumber() throws(ChatTemplateError) -> TemplateToken.Kind {
        let start = position
        if let radix = radixPrefix() {
            position += 2
            let digits = readDigits { $0.properties.isHexDigit }
            return .integer(try integer(digits, radix: radix, at: start))
        }
        var text = readDigits(where: \.isTemplateDigit)
        let isWhole = text.count
        if source[start - 1] != "." {
            if source[position] == ".", source[position + 1]?.isTemplateDigit == true {
                position += 1
                text += "." + readDigits(where: \.isTemplateDigit)
            }
            if let length = exponentLength() {
                text += "e" + source.text(position + 1..<position + length)
                position += length
                text += readDigits(where: \.isTemplateDigit)
            }
        }
        guard text.count > isWhole else { return .integer(try decimal(text, at: start)) }
        guard let number = Double(text) else {
            throw source.error(.syntax, "malformed number \(text)", at: start)
        }
        return .number(number)
    }

    private func radixPrefix() -> Int? {
        guard source[position] == "0", let mark = source[position + 1],
            source[position + 2]?.properties.isHexDigit == true
        else { return nil }
        switch mark {
        case "x", "X": return 16
        case "o", "O": return 8
        case "b", "B": return 2
        default: return nil
        }
    }

    /// The length of `e` and its sign if digits follow.
    private func exponentLength() -> Int? {
        guard source[position] == "e" || source[position] == "E" else { return nil }
        let length = sign(at: position + 1) == nil ? 1 : 2
        return source[position + length]?.isTemplateDigit == true ? length : nil
    }

    private mutating func readDigits(where isDigit: (Unicode.Scalar) -> Bool) -> String {
        var digits = ""
        while let scalar = source[position] {
            if isDigit(scalar) {
                digits.unicodeScalars.append(scalar)
            } else if scalar != "_" || digits.isEmpty
                || !(source[position + 1].map(isDigit) ?? false)
            {
                break
            }
            position += 1
        }
        return digits
    }

    private func decimal(_ digits: String, at start: Int) throws(ChatTemplateError) -> Int {
        guard !digits.hasPrefix("0") || digits.allSatisfy({ $0 == "0" }) else {
            throw source.error(.syntax, "an integer with a leading zero", at: start)
        }
        return try integer(digits, radix: 10, at: start)
    }

    private func integer(
        _ digits: String, radix: Int, at start: Int
    ) throws(ChatTemplateError) -> Int {
        guard let value = Int(digits, radix: radix) else {
            throw source.error(.unsupported, "an integer over 64 bits: \(digits)", at: start)
        }
        return value
    }

    /// Reads a quoted string with Python's escapes.
    mutating func readString(quote: Unicode.Scalar) throws(ChatTemplateError) -> String {
        let start = position
        var text = String.UnicodeScalarView()
        position += 1
        while let scalar = source[position] {
            position += 1
            if scalar == quote { return String(text) }
            if scalar == "\\" {
                try readEscape(into: &text, from: start)
            } else {
                text.append(scalar)
            }
        }
        throw source.error(.syntax, "a string without an end", at: start)
    }

    private mutating func readEscape(
        into text: inout String.UnicodeScalarView, from start: Int
    ) throws(ChatTemplateError) {
        guard let scalar = source[position] else {
            throw source.error(.syntax, "a string without an end", at: start)
        }
        position += 1
        switch scalar {
        case "\n": return
        case "x": text.append(try readCode(digits: 2))
        case "u": text.append(try readCode(digits: 4))
        case "U": text.append(try readCode(digits: 8))
        case "N": throw source.error(.unsupported, "the escape '\\N' in a string", at: position - 2)
        case "0"..."7": text.append(readOctal(first: scalar))
        default:
            guard let value = Self.escapes[scalar] else {
                text.append(contentsOf: ["\\", scalar])
                return
            }
            text.append(value)
        }
    }

    private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
        "\\": "\\", "'": "'", "\"": "\"", "a": "\u{07}", "b": "\u{08}", "f": "\u{0C}",
        "n": "\n", "r": "\r", "t": "\t", "v": "\u{0B}",
    ]

    private mutating func readCode(digits: Int) throws(ChatTemplateError) -> Unicode.Scalar {
        let end = position + digits
        let range = position..<min(end, source.count)
        guard range.count == digits, source.scalars[range].allSatisfy(\.properties.isHexDigit),
            let code = UInt32(source.text(range), radix: 16), let scalar = Unicode.Scalar(code)
        else {
            throw source.error(.syntax, "a malformed escape in a string", at: position - 2)
        }
        position = end
        return scalar
    }

    private mutating func readOctal(first: Unicode.Scalar) -> Unicode.Scalar {
        var code = first.value - 0x30
        for _ in 0..<2 {
            guard let scalar = source[position], ("0"..."7").contains(scalar) else { break }
            code = code * 8 + scalar.value - 0x30
            position += 1
        }
        return Unicode.Scalar(UInt16(code)) ?? "\u{FFFD}"
    }
}
