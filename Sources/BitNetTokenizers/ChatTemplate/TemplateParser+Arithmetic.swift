extension TemplateParser {
    /// Parses a chain of `+` and `-`, whose operands are chains of `~`.
    mutating func parseSum() throws(ChatTemplateError) -> TemplateExpression {
        try parseChain(of: [.add: .add, .subtract: .subtract]) {
            (parser) throws(ChatTemplateError) in try parser.parseConcatenation()
        }
    }

    private mutating func parseConcatenation() throws(ChatTemplateError) -> TemplateExpression {
        var operands = [try parseProduct()]
        while skip(.tilde) { operands.append(try parseProduct()) }
        return operands.count == 1 ? operands[0] : .concatenation(operands)
    }

    private mutating func parseProduct() throws(ChatTemplateError) -> TemplateExpression {
        let operators: [TemplateSymbol: TemplateOperation.Operator] = [
            .multiply: .multiply, .divide: .divide, .floorDivide: .floorDivide,
            .remainder: .remainder,
        ]
        return try parseChain(of: operators) { (parser) throws(ChatTemplateError) in
            try parser.parsePower()
        }
    }

    private mutating func parsePower() throws(ChatTemplateError) -> TemplateExpression {
        try parseChain(of: [.power: .power]) { (parser) throws(ChatTemplateError) in
            try parser.parseUnary(withFilters: true)
        }
    }

    /// Parses operands joined by operators of one precedence; all of them associate to the left.
    private mutating func parseChain(
        of operators: [TemplateSymbol: TemplateOperation.Operator],
        operand: (inout TemplateParser) throws(ChatTemplateError) -> TemplateExpression
    ) throws(ChatTemplateError) -> TemplateExpression {
        let first = try operand(&self)
        var steps: [TemplateOperation] = []
        while case .symbol(let symbol) = current, let found = operators[symbol] {
            advance()
            steps.append(TemplateOperation(operator: found, operand: try operand(&self)))
        }
        return steps.isEmpty ? first : .arithmetic(first, steps)
    }

    /// Parses a sign or a primary with what follows it; filters bind less tightly than signs.
    private mutating func parseUnary(
        withFilters: Bool
    ) throws(ChatTemplateError) -> TemplateExpression {
        let base: TemplateExpression
        if skip(.subtract) {
            base = .negate(try parseSigned())
        } else if skip(.add) {
            base = .plus(try parseSigned())
        } else {
            base = try parsePrimary()
        }
        var steps = try parsePostfixes()
        if withFilters { try parseFiltersAndTests(into: &steps) }
        return steps.isEmpty ? base : .postfix(base, steps)
    }

    private mutating func parseSigned() throws(ChatTemplateError) -> TemplateExpression {
        try nested { (parser) throws(ChatTemplateError) in
            try parser.parseUnary(withFilters: false)
        }
    }
}
