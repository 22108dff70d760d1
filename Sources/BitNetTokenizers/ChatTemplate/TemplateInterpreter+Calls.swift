extension TemplateInterpreter {
    /// The result of calling a function, method or macro.
    func call(
        _ callee: RuntimeValue, _ arguments: CallArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        guard case .callable(let callable) = callee else { throw .cannot("call", callee) }
        switch callable {
        case .function(let name):
            return try TemplateFunctions.call(name, arguments, in: self)
        case .method(let receiver, let name):
            try charge(receiver.cost)
            return try TemplateMethods.call(name, of: receiver, arguments, in: self)
        case .macro(let number):
            return try nested { () throws(ChatTemplateError) in
                try call(macros[number], arguments)
            }
        }
    }

    private func call(
        _ macro: DefinedMacro, _ arguments: CallArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        try chargeIteration()
        let definition = macro.definition
        let bound = try arguments.bound(
            to: definition.parameters.map(\.name), of: definition.name)
        let callLine = line
        let result = try capture { () throws(ChatTemplateError) in
            try within(TemplateScope(parent: macro.scope)) { () throws(ChatTemplateError) in
                for (parameter, value) in zip(definition.parameters, bound.values) {
                    var given = value
                    if given == nil, let expression = parameter.defaultValue {
                        given = try evaluate(expression)
                    }
                    scope.values[parameter.name] = given ?? .undefined(parameter.name)
                }
                _ = try execute(definition.body)
            }
        }
        line = callLine
        return .string(result)
    }

    // MARK: Filters and tests

    /// The result of a filter on a value.
    func apply(
        _ filter: TemplateApplication, to value: RuntimeValue
    ) throws(ChatTemplateError) -> RuntimeValue {
        try apply(filter.name, to: value, try evaluate(filter.arguments))
    }

    /// The result of the filter `name` on a value.
    func apply(
        _ name: String, to value: RuntimeValue, _ arguments: CallArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        guard let filter = TemplateFilters.all[name] else {
            throw .unsupported("the filter '\(name)' is not supported")
        }
        try charge(value.cost)
        switch filter {
        case .bound(let parameters, let apply):
            return try apply(self, value, try arguments.bound(to: parameters, of: name))
        case .free(let apply):
            return try apply(self, value, arguments)
        }
    }

    /// Whether a value satisfies a test.
    func satisfies(
        _ value: RuntimeValue, _ test: TemplateApplication
    ) throws(ChatTemplateError) -> Bool {
        try satisfies(value, test.name, try evaluate(test.arguments))
    }

    /// Whether a value satisfies the test `name`.
    func satisfies(
        _ value: RuntimeValue, _ name: String, _ arguments: CallArguments
    ) throws(ChatTemplateError) -> Bool {
        guard let test = TemplateTests.all[name] else {
            throw .unsupported("the test '\(name)' is not supported")
        }
        guard arguments.positional.count == test.arguments, arguments.keywords.isEmpty else {
            throw .invalid("the test '\(name)' takes \(test.arguments) arguments")
        }
        return try test.holds(self, value, arguments.positional)
    }
}
