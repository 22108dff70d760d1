/// Builds the statements of a template from its tokens by recursive descent.
///
/// The grammar, including its precedences, is that of Jinja 3.1. Nesting is bounded, and chains of
/// operators are read by loops, so that no template can exhaust the stack.
struct TemplateParser {
    let source: TemplateSource
    let tokens: [TemplateToken]
    var position = 0
    private var depth = 0
    var loopDepth = 0
    var macroDepth = 0
    /// Over zero inside `if`: there, an unknown filter or test fails only when it is reached.
    var conditionalDepth = 0
    /// Errors for unknown filters and tests outside conditions.
    var unknownNames: [ChatTemplateError] = []

    /// Reads the statements of `text`; throws `syntax`, `unsupported` or `limit` errors with the
    /// line and column.
    static func parse(_ text: String) throws(ChatTemplateError) -> [TemplateStatement] {
        guard text.utf8.count <= TemplateLimits.sourceLength else {
            throw ChatTemplateError(
                code: .limit,
                message: "a template of \(text.utf8.count) bytes, more than the most accepted, "
                    + "\(TemplateLimits.sourceLength)")
        }
        let source = TemplateSource(text)
        var lexer = TemplateLexer(source: source)
        var parser = TemplateParser(source: source, tokens: try lexer.tokenize())
        let body = try parser.parseBody(until: [])
        if let unknown = parser.unknownNames.first { throw unknown }
        return body
    }

    private init(source: TemplateSource, tokens: [TemplateToken]) {
        self.source = source
        self.tokens = tokens
    }

    // MARK: Tokens

    var current: TemplateToken.Kind { tokens[position].kind }

    var next: TemplateToken.Kind {
        position + 1 < tokens.count ? tokens[position + 1].kind : .end
    }

    var line: Int { source.place(of: tokens[position].offset).line }

    mutating func advance() {
        if position + 1 < tokens.count { position += 1 }
    }

    mutating func skip(_ kind: TemplateToken.Kind) -> Bool {
        guard current == kind else { return false }
        advance()
        return true
    }

    mutating func skip(_ symbol: TemplateSymbol) -> Bool { skip(.symbol(symbol)) }

    mutating func skip(word: String) -> Bool { skip(.name(word)) }

    mutating func expect(_ kind: TemplateToken.Kind) throws(ChatTemplateError) {
        guard skip(kind) else {
            throw failure("expected \(kind.description), found \(current.description)")
        }
    }

    mutating func expectName() throws(ChatTemplateError) -> String {
        guard case .name(let name) = current else {
            throw failure("expected a name, found \(current.description)")
        }
        advance()
        return name
    }

    func failure(
        _ message: String, code: ChatTemplateError.Code = .syntax
    ) -> ChatTemplateError {
        source.error(code, message, at: tokens[position].offset)
    }

    // MARK: Nesting

    /// Parses a construct one level deeper.
    mutating func nested<Result>(
        _ body: (inout TemplateParser) throws(ChatTemplateError) -> Result
    ) throws(ChatTemplateError) -> Result {
        depth += 1
        defer { depth -= 1 }
        guard depth <= TemplateLimits.syntaxDepth else {
            throw failure(
                "the template is nested over \(TemplateLimits.syntaxDepth) deep", code: .limit)
        }
        return try body(&self)
    }
}
