/// Reads a regular expression in the part of ECMA-262 that describes regular languages.
///
/// Characters, `.`, classes, `\d \w \s` and their opposites, groups, `|`, `* + ? {m,n}` (lazy ones
/// too) and anchors at the ends. Look-around, back-references, `\b` and `\p` are refused.
struct RegexParser {
    private var reader: SourceReader
    private var depth = 0

    private init(_ text: [UInt8], place: String) throws(ConstraintError) {
        reader = try SourceReader(text, name: place, hasLines: false)
    }

    /// Reads `text`; errors say that it is at `place`.
    static func parse(_ text: [UInt8], place: String) throws(ConstraintError) -> RegexNode {
        var parser = try RegexParser(text, place: place)
        let node = try parser.parseAlternatives()
        guard parser.reader.current == nil else {
            throw parser.reader.unexpected("the end of the pattern")
        }
        return node
    }

    private mutating func parseAlternatives() throws(ConstraintError) -> RegexNode {
        var alternatives = [try parseSequence()]
        while reader.skip("|") { alternatives.append(try parseSequence()) }
        return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
    }

    private mutating func parseSequence() throws(ConstraintError) -> RegexNode {
        var parts: [RegexNode] = []
        while let scalar = reader.current, scalar != "|", scalar != ")" {
            let part = try parsePart(scalar)
            parts.append(try parseQuantifier(of: part))
        }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func parsePart(_ scalar: Unicode.Scalar) throws(ConstraintError) -> RegexNode {
        switch scalar {
        case "(": return try parseGroup()
        case "[": return .scalar(try parseClass())
        case "\\": return .scalar(try parseEscape(isInClass: false).least)
        case ".":
            reader.advance()
            return .scalar(RegexSets.lineEnds.inverted)
        case "^":
            reader.advance()
            return .start
        case "$":
            reader.advance()
            return .end
        case "*", "+", "?", "{": throw reader.unexpected("something to repeat before it")
        case "}", "]": throw reader.unexpected("an escape such as \\\(scalar)")
        default:
            reader.advance()
            return .scalar(ScalarSet([scalar.value...scalar.value]))
        }
    }

    private mutating func parseGroup() throws(ConstraintError) -> RegexNode {
        guard depth < ConstraintLimits.nesting else {
            throw ConstraintError(
                .tooLarge, place: reader.place,
                found: "more than \(depth) groups in one another",
                expected: "at most \(ConstraintLimits.nesting)")
        }
        depth += 1
        let place = reader.place
        reader.advance()
        if reader.skip("?"), !reader.skip(":") {
            guard reader.skip("<"), let next = reader.current, next != "=", next != "!" else {
                throw ConstraintError(
                    .unsupported, place: place, found: "a look-around or a flag",
                    expected: "groups (…), (?:…) or (?<name>…)")
            }
            while let scalar = reader.current, scalar != ">" { reader.advance() }
            guard reader.skip(">") else { throw reader.unexpected("> after the group's name") }
        }
        let node = try parseAlternatives()
        guard reader.skip(")") else { throw reader.unexpected("a closing parenthesis") }
        depth -= 1
        return node
    }

    private mutating func parseQuantifier(
        of part: RegexNode
    ) throws(ConstraintError) -> RegexNode {
        guard let scalar = reader.current else { return part }
        let place = reader.place
        let bounds: (Int, Int?)
        switch scalar {
        case "*": bounds = (0, nil)
        case "+": bounds = (1, nil)
        case "?": bounds = (0, 1)
        case "{": bounds = try parseBounds()
        default: return part
        }
        if scalar != "{" { reader.advance() }
        _ = reader.skip("?")
        if let next = reader.current, ["*", "+", "?", "{"].contains(next) {
            throw reader.unexpected("one quantifier; a group can be repeated again")
        }
        guard !part.hasAnchor else {
            throw ConstraintError(
                .unsupported, place: place, found: "a repeated anchor",
                expected: "anchors at the beginning or the end of an alternative")
        }
        return .repeated(part, minimum: bounds.0, maximum: bounds.1)
    }

    private mutating func parseBounds() throws(ConstraintError) -> (Int, Int?) {
        reader.advance()
        let minimum = try reader.count()
        var maximum: Int? = minimum
        if reader.skip(",") { maximum = reader.current == "}" ? nil : try reader.count() }
        guard reader.current == "}", maximum.map({ $0 >= minimum }) ?? true else {
            throw reader.unexpected("bounds {m}, {m,} or {m,n} with m not above n")
        }
        reader.advance()
        return (minimum, maximum)
    }

    private mutating func parseClass() throws(ConstraintError) -> ScalarSet {
        reader.advance()
        let isInverted = reader.skip("^")
        var sets = RegexSets.Pair(ScalarSet([]))
        while let scalar = reader.current, scalar != "]" {
            let place = reader.place
            let item = try parseClassItem(scalar)
            var added = item.sets
            if reader.current == "-", let next = reader.next, next != "]" {
                reader.advance()
                let last = try parseClassItem(next)
                guard let first = item.single, let last = last.single, first <= last else {
                    throw ConstraintError(
                        .malformed, place: place, found: "a range without two ends in order",
                        expected: "a range such as a-z")
                }
                added = RegexSets.Pair(ScalarSet([first...last]))
            }
            sets = sets.union(added)
        }
        guard reader.skip("]") else { throw reader.unexpected("a closing bracket") }
        return isInverted ? sets.most.inverted : sets.least
    }

    private mutating func parseClassItem(
        _ scalar: Unicode.Scalar
    ) throws(ConstraintError) -> (sets: RegexSets.Pair, single: UInt32?) {
        guard scalar == "\\" else {
            reader.advance()
            return (RegexSets.Pair(ScalarSet([scalar.value...scalar.value])), scalar.value)
        }
        if let next = reader.next, let sets = RegexSets.named(next) {
            reader.advance()
            reader.advance()
            return (sets, nil)
        }
        let sets = try parseEscape(isInClass: true)
        let isSingle = sets.least.ranges.count == 1 && sets.least.ranges[0].count == 1
        return (sets, isSingle ? sets.least.ranges[0].lowerBound : nil)
    }

    private mutating func parseEscape(
        isInClass: Bool
    ) throws(ConstraintError) -> RegexSets.Pair {
        let place = reader.place
        reader.advance()
        guard let scalar = reader.current else { throw reader.unexpected("an escape") }
        if let sets = RegexSets.named(scalar) {
            reader.advance()
            return sets
        }
        func single(_ value: UInt32) -> RegexSets.Pair {
            RegexSets.Pair(ScalarSet([value...value]))
        }
        switch scalar {
        case "t", "n", "v", "f", "r", "0":
            reader.advance()
            let values: [Unicode.Scalar: UInt32] = [
                "t": 0x09, "n": 0x0A, "v": 0x0B, "f": 0x0C, "r": 0x0D, "0": 0,
            ]
            return single(values[scalar] ?? 0)
        case "b" where isInClass:
            reader.advance()
            return single(0x08)
        case "x":
            reader.advance()
            return single(try reader.hexadecimalScalar(digits: 2).value)
        case "u": return single(try parseUnicodeEscape())
        case "a"..."z", "A"..."Z", "1"..."9":
            throw ConstraintError(
                .unsupported, place: place, found: "the escape \\\(scalar)",
                expected:
                    "\\d \\D \\w \\W \\s \\S \\t \\n \\v \\f \\r \\0 \\xHH \\uHHHH \\u{…}, or "
                    + "a punctuation mark")
        default:
            reader.advance()
            return single(scalar.value)
        }
    }

    private mutating func parseUnicodeEscape() throws(ConstraintError) -> UInt32 {
        reader.advance()
        if reader.skip("{") {
            var digits = ""
            while let scalar = reader.current, scalar != "}", digits.count < 7 {
                digits.unicodeScalars.append(scalar)
                reader.advance()
            }
            guard reader.skip("}"), let value = UInt32(digits, radix: 16),
                Unicode.Scalar(value) != nil
            else { throw reader.unexpected("the number of a character and }") }
            return value
        }
        let high = try reader.hexadecimal(digits: 4)
        guard high & 0xFC00 == 0xD800 else {
            guard Unicode.Scalar(high) != nil else { throw reader.unexpected("a whole character") }
            return high
        }
        guard reader.skip("\\"), reader.skip("u") else {
            throw reader.unexpected("the second of a pair of surrogates")
        }
        let low = try reader.hexadecimal(digits: 4)
        guard low & 0xFC00 == 0xDC00 else {
            throw reader.unexpected("the second of a pair of surrogates")
        }
        return 0x10000 + (high & 0x3FF) << 10 + low & 0x3FF
    }
}
