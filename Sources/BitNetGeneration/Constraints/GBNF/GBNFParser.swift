/// Reads a grammar in llama.cpp's GBNF into rules.
///
/// The language: `name ::= alternatives`, literals `"…"`, character classes `[…]` and `[^…]`, `.`,
/// groups, `* + ? {m} {m,} {m,n}`, comments from `#`, and the escapes `\n \r \t \\ \" \[ \]`,
/// `\xHH`, `\uHHHH` and `\UHHHHHHHH`. Classes stand for Unicode scalars, which are matched as UTF-8.
/// A text must match the rule `root`.
///
/// Source: grammars/README.md of llama.cpp.
struct GBNFParser {
    var reader: SourceReader
    private var grammar = Grammar()
    private var numbers: [String: Int] = [:]
    /// Where each rule is first mentioned, and whether it is defined.
    private var mentions: [(name: String, place: String, isDefined: Bool)] = []
    private var depth = 0

    private init(_ text: [UInt8]) throws(ConstraintError) {
        reader = try SourceReader(text, name: "the grammar")
    }

    /// The rules of `text`, `root` first, small ones written out in those that call them.
    static func parse(_ text: [UInt8]) throws(ConstraintError) -> Grammar {
        var parser = try GBNFParser(text)
        return try parser.run()
    }

    private mutating func run() throws(ConstraintError) -> Grammar {
        _ = number(of: "root", reader.place)
        skipSpace(acrossLines: true)
        while reader.current != nil { try parseRule() }
        for mention in mentions where !mention.isDefined {
            throw ConstraintError(
                .malformed, place: mention.place,
                found: "the rule \"\(mention.name)\" without a definition",
                expected: "`\(mention.name) ::= …` somewhere in the grammar")
        }
        grammar.inlineRules()
        return grammar
    }

    private mutating func number(of name: String, _ place: String) -> Int {
        if let number = numbers[name] { return number }
        let number = grammar.add(name, place: place, .expression(.never))
        numbers[name] = number
        mentions.append((name, place, false))
        return number
    }

    private mutating func parseRule() throws(ConstraintError) {
        let place = reader.place
        let name = try parseName()
        skipSpace(acrossLines: false)
        for scalar in "::=".unicodeScalars {
            guard reader.skip(scalar) else {
                throw reader.unexpected("`::=` after the name of a rule")
            }
        }
        let number = number(of: name, place)
        guard !mentions[number].isDefined else {
            throw ConstraintError(
                .malformed, place: place, found: "a second definition of \"\(name)\"",
                expected: "one definition with all alternatives, separated by |")
        }
        mentions[number].isDefined = true
        skipSpace(acrossLines: true)
        let expression = try parseAlternatives(isGroup: false)
        grammar.rules[number].body = .expression(expression)
        grammar.rules[number].place = place
        skipSpace(acrossLines: true)
    }

    private mutating func parseName() throws(ConstraintError) -> String {
        var name = ""
        while let scalar = reader.current, Self.isNameScalar(scalar) {
            name.unicodeScalars.append(scalar)
            reader.advance()
        }
        guard !name.isEmpty else { throw reader.unexpected("the name of a rule") }
        return name
    }

    private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
        default: false
        }
    }

    /// Skips spaces and comments; in a group, and between rules, lines too.
    private mutating func skipSpace(acrossLines: Bool) {
        while let scalar = reader.current {
            switch scalar {
            case " ", "\t": reader.advance()
            case "#": while let next = reader.current, next != "\n" { reader.advance() }
            case "\r", "\n":
                guard acrossLines else { return }
                reader.advance()
            default: return
            }
        }
    }

    private mutating func parseAlternatives(
        isGroup: Bool
    ) throws(ConstraintError) -> GrammarExpression {
        var alternatives = [try parseSequence(isGroup: isGroup)]
        while reader.skip("|") {
            skipSpace(acrossLines: true)
            alternatives.append(try parseSequence(isGroup: isGroup))
        }
        return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
    }

    private mutating func parseSequence(
        isGroup: Bool
    ) throws(ConstraintError) -> GrammarExpression {
        var parts: [GrammarExpression] = []
        while let scalar = reader.current, scalar != "|", scalar != ")" {
            if scalar == "\n" || scalar == "\r" {
                // A line ends a rule, unless the next one goes on with an alternative.
                skipSpace(acrossLines: true)
                guard reader.current == "|" else { break }
                continue
            }
            let part = try parsePart()
            parts.append(try parseRepetition(of: part))
            skipSpace(acrossLines: isGroup)
        }
        if reader.current == ")", !isGroup { throw reader.unexpected("a rule or its end") }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func parsePart() throws(ConstraintError) -> GrammarExpression {
        guard let scalar = reader.current else { throw reader.unexpected("a part of a rule") }
        switch scalar {
        case "\"": return try parseLiteral()
        case "[": return .scalar(try parseClass())
        case ".":
            reader.advance()
            return .scalar(.all)
        case "(": return try parseGroup()
        case "<", "!":
            throw ConstraintError(
                .unsupported, place: reader.place, found: "a token as part of a grammar",
                expected: "the token's text, as a literal")
        default:
            guard Self.isNameScalar(scalar) else {
                throw reader.unexpected("a literal, a class, a group or the name of a rule")
            }
            let place = reader.place
            let name = try parseName()
            return .rule(number(of: name, place))
        }
    }

    private mutating func parseGroup() throws(ConstraintError) -> GrammarExpression {
        guard depth < ConstraintLimits.nesting else {
            throw ConstraintError(
                .tooLarge, place: reader.place,
                found: "more than \(depth) groups in one another",
                expected: "at most \(ConstraintLimits.nesting)")
        }
        depth += 1
        reader.advance()
        skipSpace(acrossLines: true)
        let group = try parseAlternatives(isGroup: true)
        guard reader.skip(")") else { throw reader.unexpected("a closing parenthesis") }
        depth -= 1
        return group
    }
}
