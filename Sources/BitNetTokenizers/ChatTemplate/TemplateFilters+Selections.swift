extension TemplateFilters {
    /// Filters that apply another filter, a test or an attribute to each item.
    static let selections: [String: Filter] = [
        "map": .free(map),
        "select": .free { (interpreter, value, arguments) throws(ChatTemplateError) in
            try select(interpreter, value, arguments, byAttribute: false, keeping: true)
        },
        "reject": .free { (interpreter, value, arguments) throws(ChatTemplateError) in
            try select(interpreter, value, arguments, byAttribute: false, keeping: false)
        },
        "selectattr": .free { (interpreter, value, arguments) throws(ChatTemplateError) in
            try select(interpreter, value, arguments, byAttribute: true, keeping: true)
        },
        "rejectattr": .free { (interpreter, value, arguments) throws(ChatTemplateError) in
            try select(interpreter, value, arguments, byAttribute: true, keeping: false)
        },
    ]

    @Sendable private static func map(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: CallArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        let items = try interpreter.items(of: value)
        guard arguments.positional.isEmpty else {
            return try mapByFilter(interpreter, items, arguments)
        }
        let bound = try arguments.bound(to: ["attribute", "default"], of: "map")
        let values = try interpreter.values(
            of: try bound.required(0), in: items, missing: bound[1])
        return try interpreter.sequence(values, .generator)
    }

    private static func mapByFilter(
        _ interpreter: TemplateInterpreter, _ items: [RuntimeValue], _ arguments: CallArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        var rest = arguments
        let filter = rest.positional.removeFirst()
        guard case .string(let name) = filter else { throw .cannot("map by", filter) }
        let values = try interpreter.nested { () throws(ChatTemplateError) in
            var values: [RuntimeValue] = []
            values.reserveCapacity(items.count)
            for item in items { values.append(try interpreter.apply(name, to: item, rest)) }
            return values
        }
        return try interpreter.sequence(values, .generator)
    }

    private static func select(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: CallArguments,
        byAttribute: Bool, keeping: Bool
    ) throws(ChatTemplateError) -> RuntimeValue {
        let items = try interpreter.items(of: value)
        var rest = arguments
        var subjects = items
        if byAttribute {
            guard !rest.positional.isEmpty else {
                throw .invalid("'selectattr' and 'rejectattr' need the name of an attribute")
            }
            subjects = try interpreter.values(of: rest.positional.removeFirst(), in: items)
        }
        let test = rest.positional.isEmpty ? nil : rest.positional.removeFirst()
        var selected: [RuntimeValue] = []
        for (item, subject) in zip(items, subjects) {
            try interpreter.charge(TemplateLimits.expressionCost)
            let holds = try interpreter.satisfies(subject, test, rest)
            if holds == keeping { selected.append(item) }
        }
        return try interpreter.sequence(selected, .generator)
    }
}

extension TemplateInterpreter {
    /// Whether a value satisfies the test of that name, or is true without one.
    fileprivate func satisfies(
        _ value: RuntimeValue, _ test: RuntimeValue?, _ arguments: CallArguments
    ) throws(ChatTemplateError) -> Bool {
        guard let test else { return value.isTruthy }
        guard case .string(let name) = test else { throw .cannot("test by", test) }
        return try satisfies(value, name, arguments)
    }

    /// The attribute of each item: a name, names joined by dots, or an index; `missing` stands for
    /// each of the names that an item has not.
    func values(
        of attribute: RuntimeValue, in items: [RuntimeValue], missing: RuntimeValue? = nil
    ) throws(ChatTemplateError) -> [RuntimeValue] {
        let path = try path(attribute)
        var values: [RuntimeValue] = []
        values.reserveCapacity(items.count)
        for var value in items {
            for part in path {
                value = try item(part, of: value)
                if value.isUndefined, let missing { value = missing }
            }
            values.append(value)
        }
        return values
    }

    private func path(_ attribute: RuntimeValue) throws(ChatTemplateError) -> [RuntimeValue] {
        if case .integer = attribute { return [attribute] }
        guard case .string(let text) = attribute else {
            throw .cannot("look up as an attribute", attribute)
        }
        return text.parts(separatedBy: ".").map { part in
            part.isAll(\.isTemplateDigit)
                ? Int(part).map(RuntimeValue.integer) ?? .string(part) : .string(part)
        }
    }

    /// What items are compared by: themselves, or an attribute.
    func keys(
        of items: [RuntimeValue], attribute: RuntimeValue?, ignoringCase: Bool
    ) throws(ChatTemplateError) -> [RuntimeValue] {
        var keys = items
        if let attribute, !attribute.isNull { keys = try values(of: attribute, in: items) }
        for key in keys { try charge(key.cost) }
        return ignoringCase ? keys.map(\.ignoringCase) : keys
    }

    /// What items are sorted by: themselves, an attribute, or several joined by commas.
    func sortKeys(
        of items: [RuntimeValue], attribute: RuntimeValue?, ignoringCase: Bool
    ) throws(ChatTemplateError) -> [RuntimeValue] {
        guard let text = attribute?.stringValue, text.contains(",") else {
            return try keys(of: items, attribute: attribute, ignoringCase: ignoringCase)
        }
        var columns: [[RuntimeValue]] = []
        for name in text.parts(separatedBy: ",") {
            columns.append(
                try keys(of: items, attribute: .string(name), ignoringCase: ignoringCase))
        }
        var keys: [RuntimeValue] = []
        for index in items.indices { keys.append(try sequence(columns.map { $0[index] }, .list)) }
        return keys
    }
}

extension RuntimeValue {
    var isNull: Bool {
        if case .null = self { return true }
        return false
    }
}
