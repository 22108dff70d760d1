extension TemplateParser {
    /// Parses a name, a literal or a parenthesized expression.
    mutating func parsePrimary() throws(ChatTemplateError) -> TemplateExpression {
        switch current {
        case .name(let name):
            return try parseName(name)
        case .string:
            return .constant(.string(parseStrings()))
        case .integer(let value):
            advance()
            return .constant(.integer(value))
        case .number(let value):
            advance()
            return .constant(.number(value))
        case .symbol(.leftParenthesis):
            return try parseParenthesized()
        case .symbol(.leftBracket):
            return try nested { (parser) throws(ChatTemplateError) in try parser.parseList() }
        case .symbol(.leftBrace):
            return try nested { (parser) throws(ChatTemplateError) in try parser.parseDictionary() }
        default:
            throw failure("expected an expression, found \(current.description)")
        }
    }

    private mutating func parseName(_ name: String) throws(ChatTemplateError) -> TemplateExpression
    {
        if macroDepth > 0, name == "varargs" || name == "kwargs" {
            throw failure("'\(name)' in a macro is not supported", code: .unsupported)
        }
        advance()
        switch name {
        case "true", "True": return .constant(.bool(true))
        case "false", "False": return .constant(.bool(false))
        case "none", "None": return .constant(.null)
        default: return .name(name)
        }
    }

    /// Parses strings that stand next to each other, which are one.
    private mutating func parseStrings() -> String {
        var text = ""
        while case .string(let part) = current {
            text += part
            advance()
        }
        return text
    }

    private mutating func parseParenthesized() throws(ChatTemplateError) -> TemplateExpression {
        advance()
        let value = try nested { (parser) throws(ChatTemplateError) in
            try parser.parseTuple(allowsEmpty: true)
        }
        try expect(.symbol(.rightParenthesis))
        return value
    }

    private mutating func parseList() throws(ChatTemplateError) -> TemplateExpression {
        advance()
        var items: [TemplateExpression] = []
        while current != .symbol(.rightBracket) {
            items.append(try parseExpression())
            guard skip(.comma) else { break }
        }
        try expect(.symbol(.rightBracket))
        return .list(items)
    }

    private mutating func parseDictionary() throws(ChatTemplateError) -> TemplateExpression {
        advance()
        var entries: [TemplateEntry] = []
        while current != .symbol(.rightBrace) {
            let key = try parseExpression()
            try expect(.symbol(.colon))
            entries.append(TemplateEntry(key: key, value: try parseExpression()))
            guard skip(.comma) else { break }
        }
        try expect(.symbol(.rightBrace))
        return .dictionary(entries)
    }
}
