extension GBNFParser {
    mutating func parseLiteral() throws(ConstraintError) -> GrammarExpression {
        reader.advance()
        var bytes: [UInt8] = []
        while let scalar = reader.current, scalar != "\"" {
            guard scalar != "\n" else { break }
            let part = try parseScalar()
            bytes += UTF8.encode(part).map(Array.init) ?? []
        }
        guard reader.skip("\"") else { throw reader.unexpected("a closing quotation mark") }
        return .bytes(bytes)
    }

    mutating func parseClass() throws(ConstraintError) -> ScalarSet {
        reader.advance()
        let isInverted = reader.skip("^")
        var ranges: [ClosedRange<UInt32>] = []
        while let scalar = reader.current, scalar != "]" {
            let first = try parseScalar().value
            guard reader.current == "-", let next = reader.next, next != "]" else {
                ranges.append(first...first)
                continue
            }
            let place = reader.place
            reader.advance()
            let last = try parseScalar().value
            guard first <= last else {
                throw ConstraintError(
                    .malformed, place: place, found: "a range that goes down",
                    expected: "the smaller character first")
            }
            ranges.append(first...last)
        }
        guard reader.skip("]") else { throw reader.unexpected("a closing bracket") }
        let set = ScalarSet(ranges)
        return isInverted ? set.inverted : set
    }

    /// Reads a character of a literal or a class, or its escape.
    private mutating func parseScalar() throws(ConstraintError) -> Unicode.Scalar {
        guard let scalar = reader.current else { throw reader.unexpected("a character") }
        reader.advance()
        guard scalar == "\\" else { return scalar }
        guard let escape = reader.current else { throw reader.unexpected("an escape") }
        let length: Int
        switch escape {
        case "x": length = 2
        case "u": length = 4
        case "U": length = 8
        case "n": return take("\n")
        case "r": return take("\r")
        case "t": return take("\t")
        case "\\", "\"", "[", "]", "-", "^": return take(escape)
        default:
            throw reader.unexpected("one of the escapes \\n \\r \\t \\\\ \\\" \\[ \\] \\x \\u \\U")
        }
        reader.advance()
        return try reader.hexadecimalScalar(digits: length)
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        reader.advance()
        return scalar
    }

    /// Reads the `* + ? {m,n}` behind a part; of several, each repeats what is before it.
    mutating func parseRepetition(
        of part: GrammarExpression
    ) throws(ConstraintError) -> GrammarExpression {
        var result = part
        var count = 0
        while let scalar = reader.current {
            let bounds: (Int, Int?)
            switch scalar {
            case "*": bounds = (0, nil)
            case "+": bounds = (1, nil)
            case "?": bounds = (0, 1)
            case "{": bounds = try parseBounds()
            default: return result
            }
            if scalar != "{" { reader.advance() }
            count += 1
            guard count <= ConstraintLimits.nesting else {
                throw reader.unexpected("at most \(ConstraintLimits.nesting) repetitions in a row")
            }
            result = .repeated(result, minimum: bounds.0, maximum: bounds.1)
        }
        return result
    }

    private mutating func parseBounds() throws(ConstraintError) -> (Int, Int?) {
        reader.advance()
        skipBlanks()
        let minimum = reader.current == "," ? 0 : try reader.count()
        skipBlanks()
        var maximum: Int? = minimum
        if reader.skip(",") {
            skipBlanks()
            maximum = reader.current == "}" ? nil : try reader.count()
            skipBlanks()
        }
        guard reader.current == "}", maximum.map({ $0 >= minimum }) ?? true else {
            throw reader.unexpected("bounds {m}, {m,} or {m,n} with m not above n")
        }
        reader.advance()
        return (minimum, maximum)
    }

    private mutating func skipBlanks() {
        while reader.current == " " || reader.current == "\t" { reader.advance() }
    }
}
