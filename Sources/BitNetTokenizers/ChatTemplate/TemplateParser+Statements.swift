extension TemplateParser {
    /// Parses statements up to a block that begins with one of `ends`, whose name is then
    /// current; with no `ends`, up to the end of the template.
    mutating func parseBody(
        until ends: Set<String>
    ) throws(ChatTemplateError) -> [TemplateStatement] {
        var body: [TemplateStatement] = []
        while true {
            let line = self.line
            switch current {
            case .text(let text):
                advance()
                body.append(TemplateStatement(kind: .text(text), line: line))
            case .variableBegin:
                advance()
                let value = try parseTuple()
                try expect(.variableEnd)
                body.append(TemplateStatement(kind: .output(value), line: line))
            case .blockBegin:
                advance()
                if case .name(let name) = current, ends.contains(name) { return body }
                let kind = try nested { (parser) throws(ChatTemplateError) in
                    try parser.parseStatement()
                }
                try expect(.blockEnd)
                body.append(TemplateStatement(kind: kind, line: line))
            default:
                guard ends.isEmpty else {
                    let expected = ends.sorted().joined(separator: "' or '")
                    throw failure("the template ends before '\(expected)'")
                }
                return body
            }
        }
    }

    private mutating func parseStatement() throws(ChatTemplateError) -> TemplateStatementKind {
        let name = try expectName()
        switch name {
        case "if": return try parseConditional()
        case "for": return try parseLoop()
        case "set": return try parseSet()
        case "macro": return try parseMacro()
        case "filter": return try parseFilterBlock()
        case "with": return try parseWith()
        case "generation": return .scope([], body: try parseDetachedBody("endgeneration"))
        case "break", "continue": return try parseJump(name)
        default: throw unknownStatement(name)
        }
    }

    private func unknownStatement(_ name: String) -> ChatTemplateError {
        let refused: Set<String> = [
            "call", "block", "extends", "include", "import", "from", "autoescape", "print", "do",
            "trans", "debug",
        ]
        let place = tokens[position - 1].offset
        if refused.contains(name) {
            return source.error(.unsupported, "the statement '\(name)' is not supported", at: place)
        }
        return source.error(.syntax, "unexpected statement '\(name)'", at: place)
    }

    /// Parses the end of a block and the statements up to `end`, which is consumed.
    private mutating func parseClosedBody(
        _ end: String
    ) throws(ChatTemplateError) -> [TemplateStatement] {
        let body = try parseOpenBody(until: [end])
        advance()
        return body
    }

    /// Parses a closed body that `break` and `continue` cannot leave.
    private mutating func parseDetachedBody(
        _ end: String
    ) throws(ChatTemplateError) -> [TemplateStatement] {
        let outerLoops = loopDepth
        loopDepth = 0
        defer { loopDepth = outerLoops }
        return try parseClosedBody(end)
    }

    private mutating func parseOpenBody(
        until ends: Set<String>
    ) throws(ChatTemplateError) -> [TemplateStatement] {
        _ = skip(.colon)
        try expect(.blockEnd)
        return try parseBody(until: ends)
    }

    private mutating func parseConditional() throws(ChatTemplateError) -> TemplateStatementKind {
        conditionalDepth += 1
        defer { conditionalDepth -= 1 }
        var branches: [TemplateBranch] = []
        repeat {
            let condition = try parseTuple(allowsConditional: false)
            let body = try parseOpenBody(until: ["elif", "else", "endif"])
            branches.append(TemplateBranch(condition: condition, body: body))
        } while skip(word: "elif")
        if skip(word: "else") {
            return .conditional(branches: branches, otherwise: try parseClosedBody("endif"))
        }
        advance()
        return .conditional(branches: branches, otherwise: [])
    }

    private mutating func parseLoop() throws(ChatTemplateError) -> TemplateStatementKind {
        let target = try parseTarget(end: "in", allowsAttribute: false)
        try expect(.name("in"))
        let items = try parseTuple(allowsConditional: false, end: "recursive")
        let condition = skip(word: "if") ? try parseExpression() : nil
        if current == .name("recursive") {
            throw failure("a 'recursive' loop is not supported", code: .unsupported)
        }
        loopDepth += 1
        let body = try parseOpenBody(until: ["endfor", "else"])
        loopDepth -= 1
        var otherwise: [TemplateStatement] = []
        if skip(word: "else") { otherwise = try parseClosedBody("endfor") } else { advance() }
        return .loop(
            TemplateLoop(
                target: target, items: items, condition: condition, body: body,
                otherwise: otherwise))
    }

    private mutating func parseJump(
        _ name: String
    ) throws(ChatTemplateError) -> TemplateStatementKind {
        guard loopDepth > 0 else { throw failure("'\(name)' outside a loop") }
        return name == "break" ? .breakLoop : .continueLoop
    }

    private mutating func parseSet() throws(ChatTemplateError) -> TemplateStatementKind {
        let target = try parseTarget(end: nil, allowsAttribute: true)
        if skip(.assign) { return .assign(target, try parseTuple()) }
        let filters = try parseFilters()
        return .capture(target, filters: filters, body: try parseDetachedBody("endset"))
    }

    private mutating func parseFilterBlock() throws(ChatTemplateError) -> TemplateStatementKind {
        let first = try parseFilter()
        let filters = [first] + (try parseFilters())
        return .filter(filters, body: try parseDetachedBody("endfilter"))
    }

    private mutating func parseFilters() throws(ChatTemplateError) -> [TemplateApplication] {
        var filters: [TemplateApplication] = []
        while skip(.pipe) { filters.append(try parseFilter()) }
        return filters
    }

    private mutating func parseWith() throws(ChatTemplateError) -> TemplateStatementKind {
        var bindings: [TemplateBinding] = []
        while current != .blockEnd {
            if !bindings.isEmpty { try expect(.symbol(.comma)) }
            let target = try parseTarget(end: nil, allowsAttribute: false, allowsTuple: false)
            try expect(.symbol(.assign))
            bindings.append(TemplateBinding(target: target, value: try parseExpression()))
        }
        return .scope(bindings, body: try parseClosedBody("endwith"))
    }

    private mutating func parseMacro() throws(ChatTemplateError) -> TemplateStatementKind {
        let name = try expectName()
        let parameters = try parseParameters()
        macroDepth += 1
        let body = try parseDetachedBody("endmacro")
        macroDepth -= 1
        return .macro(TemplateMacro(name: name, parameters: parameters, body: body))
    }

    private mutating func parseParameters() throws(ChatTemplateError) -> [TemplateMacro.Parameter] {
        var parameters: [TemplateMacro.Parameter] = []
        try expect(.symbol(.leftParenthesis))
        while !skip(.rightParenthesis) {
            if !parameters.isEmpty { try expect(.symbol(.comma)) }
            let name = try expectName()
            let value = skip(.assign) ? try parseExpression() : nil
            if value == nil, parameters.last?.defaultValue != nil {
                throw failure("the parameter '\(name)' without a default follows one with")
            }
            parameters.append(TemplateMacro.Parameter(name: name, defaultValue: value))
        }
        return parameters
    }
}
