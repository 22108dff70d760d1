extension TemplateLexer {
    /// Reads `{% raw %}…{% endraw %}` as text if the tag at `tag` is one.
    mutating func readRaw(from tag: Int) throws(ChatTemplateError) -> Bool {
        let start = position
        guard skipWord("raw"), source[position] != "+", skipRawBegin() else {
            position = start
            return false
        }
        let textStart = position
        let isLineStart = source[position - 1] == "\n"
        while position < source.count {
            let end = position
            if skipEndRaw() {
                appendText(
                    textStart..<end, sign: sign(at: end + 2), isVariable: false,
                    isLineStart: isLineStart)
                return true
            }
            position = end + 1
        }
        throw source.error(.syntax, "'raw' without 'endraw'", at: tag)
    }

    /// The text of a raw block keeps its line end after `%}`, unlike other blocks.
    private mutating func skipRawBegin() -> Bool {
        let hasDash = source[position] == "-"
        let start = hasDash ? position + 1 : position
        guard source[start] == "%", source[start + 1] == "}" else { return false }
        position = start + 2
        if hasDash { skipSpace() }
        return true
    }

    private mutating func skipEndRaw() -> Bool {
        guard source[position] == "{", source[position + 1] == "%" else { return false }
        position += 2
        if sign(at: position) != nil { position += 1 }
        return skipWord("endraw") && skipTagEnd("%}")
    }

    private mutating func skipWord(_ word: String) -> Bool {
        skipSpace()
        for scalar in word.unicodeScalars {
            guard source[position] == scalar else { return false }
            position += 1
        }
        skipSpace()
        return true
    }
}
