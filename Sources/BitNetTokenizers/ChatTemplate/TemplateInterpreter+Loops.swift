extension TemplateInterpreter {
    /// Executes a `for` statement: each step has variables of its own.
    func execute(_ loop: TemplateLoop) throws(ChatTemplateError) -> Flow {
        let items = try loopItems(loop)
        guard !items.isEmpty else {
            return try within(TemplateScope(parent: scope)) { () throws(ChatTemplateError) in
                try execute(loop.otherwise)
            }
        }
        let outer = scope
        defer { scope = outer }
        for index in items.indices {
            try chargeIteration()
            scope = TemplateScope(parent: outer)
            try assign(items[index], to: loop.target)
            scope.values["loop"] = .loop(RuntimeLoop(items: items, index: index))
            if try execute(loop.body) == .breakLoop { break }
        }
        return .normal
    }

    /// The items of the loop that satisfy its condition.
    private func loopItems(_ loop: TemplateLoop) throws(ChatTemplateError) -> [RuntimeValue] {
        let items = try items(of: try evaluate(loop.items))
        guard let condition = loop.condition else { return items }
        var selected: [RuntimeValue] = []
        for item in items {
            try chargeIteration()
            let isSelected = try within(TemplateScope(parent: scope)) {
                () throws(ChatTemplateError) in
                try assign(item, to: loop.target)
                return try evaluate(condition).isTruthy
            }
            if isSelected { selected.append(item) }
        }
        return selected
    }

    /// An attribute of the variable `loop`, or `nil` if it has none of that name.
    func attribute(_ name: String, of loop: RuntimeLoop) throws(ChatTemplateError) -> RuntimeValue?
    {
        let count = loop.items.count
        switch name {
        case "index": return .integer(loop.index + 1)
        case "index0": return .integer(loop.index)
        case "revindex": return .integer(count - loop.index)
        case "revindex0": return .integer(count - loop.index - 1)
        case "first": return .bool(loop.index == 0)
        case "last": return .bool(loop.index == count - 1)
        case "length": return .integer(count)
        case "depth": return .integer(1)
        case "depth0": return .integer(0)
        case "previtem": return loop.index > 0 ? loop.items[loop.index - 1] : .undefined(name)
        case "nextitem":
            return loop.index + 1 < count ? loop.items[loop.index + 1] : .undefined(name)
        case "cycle": return .callable(.method(receiver: .loop(loop), name: name))
        case "changed": throw .unsupported("'loop.changed' is not supported")
        default: return nil
        }
    }
}
