extension TemplateInterpreter {
    /// Executes statements in order, until one leaves the loop around them.
    func execute(_ body: [TemplateStatement]) throws(ChatTemplateError) -> Flow {
        for statement in body {
            line = statement.line
            try charge(TemplateLimits.expressionCost)
            let flow = try execute(statement.kind)
            if flow != .normal { return flow }
        }
        return .normal
    }

    private func execute(_ kind: TemplateStatementKind) throws(ChatTemplateError) -> Flow {
        switch kind {
        case .text(let text):
            try emit(text)
        case .output(let expression):
            try emit(try text(of: try evaluate(expression)))
        case .assign(let target, let expression):
            try assign(try evaluate(expression), to: target)
        case .macro(let definition):
            try define(definition)
        case .capture(let target, let filters, let body):
            try assign(try filtered(body, by: filters), to: target)
        case .filter(let filters, let body):
            try emit(try text(of: try filtered(body, by: filters)))
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        case .conditional, .loop, .scope:
            return try nested { () throws(ChatTemplateError) in try executeNested(kind) }
        }
        return .normal
    }

    private func executeNested(_ kind: TemplateStatementKind) throws(ChatTemplateError) -> Flow {
        switch kind {
        case .conditional(let branches, let otherwise):
            for branch in branches {
                if try evaluate(branch.condition).isTruthy { return try execute(branch.body) }
            }
            return try execute(otherwise)
        case .loop(let loop):
            return try execute(loop)
        case .scope(let bindings, let body):
            return try execute(body, with: bindings)
        default:
            return .normal
        }
    }

    /// Executes `with`: the values are those of outside.
    private func execute(
        _ body: [TemplateStatement], with bindings: [TemplateBinding]
    ) throws(ChatTemplateError) -> Flow {
        var values: [RuntimeValue] = []
        for binding in bindings { values.append(try evaluate(binding.value)) }
        return try within(TemplateScope(parent: scope)) { () throws(ChatTemplateError) in
            for (binding, value) in zip(bindings, values) {
                try assign(value, to: binding.target)
            }
            return try execute(body)
        }
    }

    private func filtered(
        _ body: [TemplateStatement], by filters: [TemplateApplication]
    ) throws(ChatTemplateError) -> RuntimeValue {
        let text = try nested { () throws(ChatTemplateError) in
            try capture { () throws(ChatTemplateError) in
                try within(TemplateScope(parent: scope)) { () throws(ChatTemplateError) in
                    _ = try execute(body)
                }
            }
        }
        var value = RuntimeValue.string(text)
        for filter in filters { value = try apply(filter, to: value) }
        return value
    }

    private func define(_ definition: TemplateMacro) throws(ChatTemplateError) {
        try checkDefinitions()
        macros.append(DefinedMacro(definition: definition, scope: scope))
        scope.values[definition.name] = .callable(.macro(macros.count - 1))
    }

    /// Gives the target, or each part of it, its value.
    func assign(
        _ value: RuntimeValue, to target: TemplateTarget
    ) throws(ChatTemplateError) {
        switch target {
        case .name(let name):
            scope.values[name] = value
        case .namespaceAttribute(let name, let attribute):
            guard case .namespace(let number)? = scope.find(name) else {
                throw .invalid("cannot assign to '\(name).\(attribute)': it is not a namespace")
            }
            namespaces[number][attribute] = value
        case .tuple(let targets):
            let items = try items(of: value)
            guard items.count == targets.count else {
                throw .invalid("cannot unpack \(items.count) values into \(targets.count) names")
            }
            for (item, target) in zip(items, targets) { try assign(item, to: target) }
        }
    }
}
