/// Splits a template into tokens, applying whitespace control with `trim_blocks` and
/// `lstrip_blocks` on, the settings of `transformers`.
struct TemplateLexer {
    let source: TemplateSource
    var position = 0
    var tokens: [TemplateToken] = []
    /// Whether the text after the last tag begins a line.
    var isLineStart = true

    init(source: TemplateSource) { self.source = source }

    /// The tokens of the whole template, ended by `.end`.
    mutating func tokenize() throws(ChatTemplateError) -> [TemplateToken] {
        while let tag = nextTag() {
            let sign = self.sign(at: tag + 2)
            appendText(
                position..<tag, sign: sign, isVariable: source[tag + 1] == "{",
                isLineStart: isLineStart)
            position = tag + (sign == nil ? 2 : 3)
            try readTag(at: tag)
            isLineStart = source[position - 1] == "\n"
        }
        if position < source.count {
            append(.text(source.text(position..<source.count)), at: position)
        }
        append(.end, at: max(0, source.count - 1))
        return tokens
    }

    mutating func append(_ kind: TemplateToken.Kind, at offset: Int) {
        tokens.append(TemplateToken(kind: kind, offset: offset))
    }

    /// The `-` or `+` at `index`, if there is one.
    func sign(at index: Int) -> Unicode.Scalar? {
        let scalar = source[index]
        return scalar == "-" || scalar == "+" ? scalar : nil
    }

    private mutating func readTag(at tag: Int) throws(ChatTemplateError) {
        switch source[tag + 1] {
        case "#":
            try skipComment(from: tag)
        case "{":
            append(.variableBegin, at: tag)
            try readExpressionTokens(from: tag, closing: .variableEnd)
        default:
            if try readRaw(from: tag) { return }
            append(.blockBegin, at: tag)
            try readExpressionTokens(from: tag, closing: .blockEnd)
        }
    }

    /// The place of the next `{{`, `{%` or `{#`.
    private func nextTag() -> Int? {
        var index = position
        while index + 1 < source.count {
            if source[index] == "{", let next = source[index + 1],
                "{%#".unicodeScalars.contains(next)
            {
                return index
            }
            index += 1
        }
        return nil
    }

    /// Appends a range of text, stripped as the sign of the tag after it asks.
    mutating func appendText(
        _ range: Range<Int>, sign: Unicode.Scalar?, isVariable: Bool, isLineStart: Bool
    ) {
        var end = range.upperBound
        if sign == "-" {
            while end > range.lowerBound, source.scalars[end - 1].isPythonSpace { end -= 1 }
        } else if sign == nil, !isVariable {
            let indent = indentStart(range)
            let startsLine = indent > range.lowerBound ? source[indent - 1] == "\n" : isLineStart
            if startsLine { end = indent }
        }
        let text = range.lowerBound..<end
        if !text.isEmpty { append(.text(source.text(text)), at: text.lowerBound) }
    }

    /// Where the spaces begin that end a range of text on its last line.
    private func indentStart(_ range: Range<Int>) -> Int {
        var start = range.upperBound
        while start > range.lowerBound, source[start - 1] != "\n",
            source.scalars[start - 1].isPythonSpace
        {
            start -= 1
        }
        return start
    }

    /// Moves past `-` and the spaces after the tag, or past `+`, or past one line end; `false` if
    /// the tag does not end here.
    mutating func skipTagEnd(_ end: StaticString) -> Bool {
        let scalars = "\(end)".unicodeScalars
        let sign = source[position]
        let hasSign = sign == "-" || (sign == "+" && scalars.first != "}")
        let start = hasSign ? position + 1 : position
        guard scalars.enumerated().allSatisfy({ source[start + $0.offset] == $0.element }) else {
            return false
        }
        position = start + 2
        if hasSign, sign == "-" {
            skipSpace()
        } else if !hasSign, scalars.first != "}", source[position] == "\n" {
            position += 1
        }
        return true
    }

    mutating func skipSpace() {
        while let scalar = source[position], scalar.isPythonSpace { position += 1 }
    }

    private mutating func skipComment(from tag: Int) throws(ChatTemplateError) {
        while position < source.count {
            if skipTagEnd("#}") { return }
            position += 1
        }
        throw source.error(.syntax, "a comment without '#}'", at: tag)
    }
}
