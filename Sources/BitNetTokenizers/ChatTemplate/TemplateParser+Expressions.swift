extension TemplateParser {
    /// Parses an expression, or a tuple without parentheses.
    mutating func parseTuple(
        allowsConditional: Bool = true, end: String? = nil, allowsEmpty: Bool = false
    ) throws(ChatTemplateError) -> TemplateExpression {
        var items: [TemplateExpression] = []
        var isTuple = false
        while !isTupleEnd(end) {
            items.append(
                allowsConditional ? try parseExpression() : try parseWithoutConditional())
            guard skip(.comma) else { break }
            isTuple = true
        }
        if !isTuple, let item = items.first { return item }
        guard isTuple || allowsEmpty else {
            throw failure("expected an expression, found \(current.description)")
        }
        return .tuple(items)
    }

    private func isTupleEnd(_ end: String?) -> Bool {
        switch current {
        case .variableEnd, .blockEnd, .symbol(.rightParenthesis): true
        case .name(let name): name == end
        default: false
        }
    }

    /// Parses an expression, with `a if b else c`.
    mutating func parseExpression() throws(ChatTemplateError) -> TemplateExpression {
        try nested { (parser) throws(ChatTemplateError) in try parser.parseConditionalExpression() }
    }

    private mutating func parseWithoutConditional() throws(ChatTemplateError) -> TemplateExpression
    {
        try nested { (parser) throws(ChatTemplateError) in try parser.parseAny() }
    }

    /// An unknown filter in a conditional expression fails only when it is reached, as in Jinja.
    private mutating func parseConditionalExpression() throws(ChatTemplateError)
        -> TemplateExpression
    {
        let unknownBefore = unknownNames.count
        var value = try parseAny()
        var chained = 0
        while skip(word: "if") {
            chained += 1
            guard chained <= 10 else {
                throw failure("too many conditional expressions in a row", code: .limit)
            }
            let condition = try parseAny()
            let otherwise = skip(word: "else") ? try parseExpression() : nil
            value = .conditional(value, condition: condition, otherwise: otherwise)
        }
        if chained > 0 { unknownNames.removeSubrange(unknownBefore...) }
        return value
    }

    private mutating func parseAny() throws(ChatTemplateError) -> TemplateExpression {
        let first = try parseAll()
        guard current == .name("or") else { return first }
        var operands = [first]
        while skip(word: "or") { operands.append(try parseAll()) }
        return .any(operands)
    }

    private mutating func parseAll() throws(ChatTemplateError) -> TemplateExpression {
        let first = try parseNot()
        guard current == .name("and") else { return first }
        var operands = [first]
        while skip(word: "and") { operands.append(try parseNot()) }
        return .all(operands)
    }

    private mutating func parseNot() throws(ChatTemplateError) -> TemplateExpression {
        guard skip(word: "not") else { return try parseComparison() }
        return .not(try nested { (parser) throws(ChatTemplateError) in try parser.parseNot() })
    }

    private mutating func parseComparison() throws(ChatTemplateError) -> TemplateExpression {
        let first = try parseSum()
        var steps: [TemplateComparison] = []
        while let comparison = comparisonOperator() {
            steps.append(TemplateComparison(operator: comparison, operand: try parseSum()))
        }
        return steps.isEmpty ? first : .comparison(first, steps)
    }

    private mutating func comparisonOperator() -> TemplateComparison.Operator? {
        let found: TemplateComparison.Operator
        switch current {
        case .symbol(.equal): found = .equal
        case .symbol(.notEqual): found = .notEqual
        case .symbol(.less): found = .less
        case .symbol(.lessOrEqual): found = .lessOrEqual
        case .symbol(.greater): found = .greater
        case .symbol(.greaterOrEqual): found = .greaterOrEqual
        case .name("in"): found = .contained
        case .name("not") where next == .name("in"):
            advance()
            found = .notContained
        default: return nil
        }
        advance()
        return found
    }
}
