extension TemplateInterpreter {
    /// The value of an expression.
    func evaluate(
        _ expression: TemplateExpression
    ) throws(ChatTemplateError) -> RuntimeValue {
        try charge(TemplateLimits.expressionCost)
        switch expression {
        case .constant(let value): return value
        case .name(let name): return lookUp(name)
        default:
            return try nested { () throws(ChatTemplateError) in try evaluateNested(expression) }
        }
    }

    private func evaluateNested(
        _ expression: TemplateExpression
    ) throws(ChatTemplateError) -> RuntimeValue {
        switch expression {
        case .constant(let value): return value
        case .name(let name): return lookUp(name)
        case .list(let items): return try sequence(try evaluate(items), .list)
        case .tuple(let items): return try sequence(try evaluate(items), .tuple)
        case .dictionary(let entries): return try dictionary(entries)
        case .postfix(let base, let steps): return try evaluate(base, steps)
        case .not(let operand): return .bool(!(try evaluate(operand).isTruthy))
        case .negate(let operand): return try negated(try evaluate(operand))
        case .plus(let operand): return try unsigned(try evaluate(operand))
        case .any(let operands): return try firstOperand(of: operands, truth: true)
        case .all(let operands): return try firstOperand(of: operands, truth: false)
        case .comparison(let first, let steps): return try compare(first, steps)
        case .arithmetic(let first, let steps): return try calculate(first, steps)
        case .concatenation(let operands): return try concatenate(operands)
        case .conditional(let value, let condition, let otherwise):
            if try evaluate(condition).isTruthy { return try evaluate(value) }
            return try otherwise.map(evaluate) ?? .undefined("the missing 'else' of an 'if'")
        }
    }

    private func lookUp(_ name: String) -> RuntimeValue {
        if let value = scope.find(name) { return value }
        return TemplateFunctions.names.contains(name)
            ? .callable(.function(name)) : .undefined(name)
    }

    private func evaluate(
        _ expressions: [TemplateExpression]
    ) throws(ChatTemplateError) -> [RuntimeValue] {
        var values: [RuntimeValue] = []
        values.reserveCapacity(expressions.count)
        for expression in expressions { values.append(try evaluate(expression)) }
        return values
    }

    private func dictionary(
        _ entries: [TemplateEntry]
    ) throws(ChatTemplateError) -> RuntimeValue {
        var builder = RuntimeMappingBuilder(capacity: entries.count)
        for entry in entries {
            let key = try evaluate(entry.key)
            try charge(key.cost)
            guard builder.add(key, try evaluate(entry.value)) else {
                throw .cannot("use as a dictionary key", key)
            }
        }
        return try mapping(builder)
    }

    /// The first operand of that truth, or the last one.
    private func firstOperand(
        of operands: [TemplateExpression], truth: Bool
    ) throws(ChatTemplateError) -> RuntimeValue {
        var value = RuntimeValue.null
        for operand in operands {
            value = try evaluate(operand)
            if value.isTruthy == truth { break }
        }
        return value
    }

    private func concatenate(
        _ operands: [TemplateExpression]
    ) throws(ChatTemplateError) -> RuntimeValue {
        var result = ""
        for operand in operands {
            result += try text(of: try evaluate(operand))
            guard result.utf8.count <= TemplateLimits.outputBytes else { throw .outputLimit }
        }
        try charge(result.utf8.count)
        return .string(result)
    }

    /// Applies attributes, subscripts, calls, filters and tests from left to right.
    private func evaluate(
        _ base: TemplateExpression, _ steps: [TemplatePostfix]
    ) throws(ChatTemplateError) -> RuntimeValue {
        var value = try evaluate(base)
        for step in steps {
            try charge(TemplateLimits.expressionCost)
            switch step {
            case .attribute(let name): value = try attribute(name, of: value)
            case .item(let key): value = try item(try evaluate(key), of: value)
            case .slice(let bounds): value = try slice(value, bounds)
            case .call(let arguments): value = try call(value, try evaluate(arguments))
            case .filter(let filter): value = try apply(filter, to: value)
            case .test(let test, let isNegated):
                value = .bool(try satisfies(value, test) != isNegated)
            }
        }
        return value
    }

    /// The values of a call's arguments.
    func evaluate(
        _ arguments: TemplateArguments
    ) throws(ChatTemplateError) -> CallArguments {
        var result = CallArguments(positional: try evaluate(arguments.positional))
        for keyword in arguments.keywords {
            result.keywords.append(.init(name: keyword.name, value: try evaluate(keyword.value)))
        }
        return result
    }
}
