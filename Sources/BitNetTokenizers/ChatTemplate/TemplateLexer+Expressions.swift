extension TemplateLexer {
    /// Reads the tokens of a tag up to its end.
    ///
    /// Inside brackets, `}}` and `%}` are operators.
    mutating func readExpressionTokens(
        from tag: Int, closing: TemplateToken.Kind
    ) throws(ChatTemplateError) {
        var brackets: [TemplateSymbol] = []
        let endMark: StaticString = closing == .variableEnd ? "}}" : "%}"
        while true {
            skipSpace()
            let start = position
            guard let scalar = source[start] else {
                throw source.error(.syntax, "a tag without '\(endMark)'", at: tag)
            }
            if brackets.isEmpty, skipTagEnd(endMark) {
                append(closing, at: start)
                return
            }
            if let kind = try readLiteral(scalar) {
                append(kind, at: start)
            } else {
                let symbol = try readSymbol()
                try balance(symbol, in: &brackets, at: start)
                append(.symbol(symbol), at: start)
            }
        }
    }

    private mutating func readLiteral(
        _ scalar: Unicode.Scalar
    ) throws(ChatTemplateError) -> TemplateToken.Kind? {
        if scalar.isTemplateDigit { return try readNumber() }
        if scalar == "'" || scalar == "\"" { return .string(try readString(quote: scalar)) }
        guard scalar.isTemplateName else { return nil }
        let start = position
        while let next = source[position], next.isTemplateName { position += 1 }
        return .name(source.text(start..<position))
    }

    private mutating func readSymbol() throws(ChatTemplateError) -> TemplateSymbol {
        for length in [2, 1] where position + length <= source.count {
            let text = source.text(position..<position + length)
            if let symbol = TemplateSymbol(rawValue: text) {
                position += length
                return symbol
            }
        }
        let found = source.text(position..<position + 1)
        throw source.error(.syntax, "unexpected character '\(found)'", at: position)
    }

    private func balance(
        _ symbol: TemplateSymbol, in brackets: inout [TemplateSymbol], at offset: Int
    ) throws(ChatTemplateError) {
        if let closing = symbol.closing { brackets.append(closing) }
        guard symbol.isClosing else { return }
        guard let expected = brackets.popLast() else {
            throw source.error(.syntax, "unexpected '\(symbol.rawValue)'", at: offset)
        }
        guard expected == symbol else {
            throw source.error(
                .syntax, "unexpected '\(symbol.rawValue)', expected '\(expected.rawValue)'",
                at: offset)
        }
    }
}

extension Unicode.Scalar {
    var isTemplateDigit: Bool { ("0"..."9").contains(self) }

    /// Whether the scalar may stand in a name; all letters outside ASCII may.
    var isTemplateName: Bool {
        isTemplateDigit || self == "_" || ("a"..."z").contains(self) || ("A"..."Z").contains(self)
            || (value >= 0x80 && properties.isAlphabetic)
    }
}
