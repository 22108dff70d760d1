extension TemplateInterpreter {
    /// Applies a chain of operators of one precedence from left to right.
    func calculate(
        _ first: TemplateExpression, _ steps: [TemplateOperation]
    ) throws(ChatTemplateError) -> RuntimeValue {
        var value = try evaluate(first)
        for step in steps {
            value = try combine(value, step.operator, try evaluate(step.operand))
        }
        return value
    }

    /// The sum of two numbers, or the concatenation of two strings, lists or tuples.
    func add(
        _ left: RuntimeValue, _ right: RuntimeValue
    ) throws(ChatTemplateError) -> RuntimeValue {
        try combine(left, .add, right)
    }

    private func combine(
        _ left: RuntimeValue, _ operation: TemplateOperation.Operator, _ right: RuntimeValue
    ) throws(ChatTemplateError) -> RuntimeValue {
        if let left = left.integerValue, let right = right.integerValue {
            return try PythonArithmetic.combine(left, operation, right)
        }
        if let left = left.numberValue, let right = right.numberValue {
            return .number(try PythonArithmetic.combine(left, operation, right))
        }
        switch (operation, left, right) {
        case (.add, .string(let left), .string(let right)):
            return try string(left + right)
        case (.add, .sequence(let left), .sequence(let right))
        where left.kind == right.kind && (left.kind == .list || left.kind == .tuple):
            return try sequence(left.items + right.items, left.kind)
        case (.multiply, _, _):
            if let count = right.integerValue { return try repeated(left, count) }
            if let count = left.integerValue { return try repeated(right, count) }
        default:
            break
        }
        throw mismatch(left, operation, right)
    }

    private func mismatch(
        _ left: RuntimeValue, _ operation: TemplateOperation.Operator, _ right: RuntimeValue
    ) -> ChatTemplateError {
        for case .undefined(let name) in [left, right] { return .undefined(name) }
        if operation == .remainder, left.stringValue != nil {
            return .unsupported("formatting a string with '%' is not supported")
        }
        return .invalid(
            "cannot apply '\(operation.rawValue)' to \(left.typeName) and \(right.typeName)")
    }

    /// A string, list or tuple repeated; the size is checked before it is made.
    private func repeated(
        _ value: RuntimeValue, _ count: Int
    ) throws(ChatTemplateError) -> RuntimeValue {
        let (size, overflow) = value.cost.multipliedReportingOverflow(by: max(0, count))
        guard !overflow, size <= TemplateLimits.work else { throw .outputLimit }
        switch value {
        case .string(let text):
            guard size <= TemplateLimits.outputBytes else { throw .outputLimit }
            return try string(text.isEmpty ? "" : String(repeating: text, count: max(0, count)))
        case .sequence(let sequence) where sequence.kind == .list || sequence.kind == .tuple:
            try charge(size)
            let items = (0..<max(0, sequence.items.isEmpty ? 0 : count)).flatMap { _ in
                sequence.items
            }
            return try self.sequence(items, sequence.kind)
        default:
            throw mismatch(value, .multiply, .integer(count))
        }
    }

    /// `-value` of a number.
    func negated(_ value: RuntimeValue) throws(ChatTemplateError) -> RuntimeValue {
        if let integer = value.integerValue {
            return try PythonArithmetic.combine(0, .subtract, integer)
        }
        guard case .number(let number) = value else { throw .cannot("negate", value) }
        return .number(-number)
    }

    /// `+value` of a number.
    func unsigned(_ value: RuntimeValue) throws(ChatTemplateError) -> RuntimeValue {
        if let integer = value.integerValue { return .integer(integer) }
        guard case .number = value else { throw .cannot("put '+' before", value) }
        return value
    }
}
