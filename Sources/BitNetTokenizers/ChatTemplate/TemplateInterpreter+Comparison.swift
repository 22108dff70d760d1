extension TemplateInterpreter {
    /// A chain of comparisons, `a < b < c`, up to the first that fails.
    func compare(
        _ first: TemplateExpression, _ steps: [TemplateComparison]
    ) throws(ChatTemplateError) -> RuntimeValue {
        var left = try evaluate(first)
        for step in steps {
            let right = try evaluate(step.operand)
            guard try holds(left, step.operator, right) else { return .bool(false) }
            left = right
        }
        return .bool(true)
    }

    /// Whether `left operator right`.
    func holds(
        _ left: RuntimeValue, _ comparison: TemplateComparison.Operator, _ right: RuntimeValue
    ) throws(ChatTemplateError) -> Bool {
        switch comparison {
        case .equal: try areEqual(left, right)
        case .notEqual: try !areEqual(left, right)
        case .less: try isLess(left, right)
        case .greater: try isLess(right, left)
        case .lessOrEqual: try isLess(left, right) ? true : areEqual(left, right)
        case .greaterOrEqual: try isLess(right, left) ? true : areEqual(left, right)
        case .contained: try contains(right, left)
        case .notContained: try !contains(right, left)
        }
    }

    /// Python's `==`.
    func areEqual(
        _ left: RuntimeValue, _ right: RuntimeValue
    ) throws(ChatTemplateError) -> Bool {
        try charge(1 + min(left.cost, right.cost))
        switch (left, right) {
        case (.undefined, .undefined), (.null, .null): return true
        case (.string(let left), .string(let right)): return left.isSameText(as: right)
        case (.namespace(let left), .namespace(let right)): return left == right
        case (.mapping(let left), .mapping(let right)): return try areEqual(left, right)
        case (.sequence(let left), .sequence(let right)):
            guard left.kind == right.kind, left.items.count == right.items.count else {
                return false
            }
            for (left, right) in zip(left.items, right.items) {
                guard try areEqual(left, right) else { return false }
            }
            return true
        default:
            if let left = left.integerValue, let right = right.integerValue { return left == right }
            guard let left = left.numberValue, let right = right.numberValue else { return false }
            return left == right
        }
    }

    private func areEqual(
        _ left: RuntimeMapping, _ right: RuntimeMapping
    ) throws(ChatTemplateError) -> Bool {
        guard left.entries.count == right.entries.count else { return false }
        for entry in left.entries {
            try charge(entry.key.cost)
            guard let other = right[entry.key], try areEqual(entry.value, other) else {
                return false
            }
        }
        return true
    }

    /// Python's `<`, for numbers, strings, and lists and tuples of them.
    func isLess(
        _ left: RuntimeValue, _ right: RuntimeValue
    ) throws(ChatTemplateError) -> Bool {
        try charge(1 + min(left.cost, right.cost))
        if let left = left.integerValue, let right = right.integerValue { return left < right }
        if let left = left.numberValue, let right = right.numberValue { return left < right }
        switch (left, right) {
        case (.string(let left), .string(let right)):
            return left.isBefore(right)
        case (.sequence(let left), .sequence(let right)) where left.kind == right.kind:
            for (left, right) in zip(left.items, right.items) {
                if try !areEqual(left, right) { return try isLess(left, right) }
            }
            return left.items.count < right.items.count
        default:
            for case .undefined(let name) in [left, right] { throw .undefined(name) }
            throw .invalid("cannot order \(left.typeName) and \(right.typeName)")
        }
    }

    /// Python's `item in container`.
    func contains(
        _ container: RuntimeValue, _ item: RuntimeValue
    ) throws(ChatTemplateError) -> Bool {
        try charge(1 + item.cost)
        switch container {
        case .undefined:
            return false
        case .string(let text):
            guard case .string(let part) = item else {
                throw .cannot("look in a string for", item)
            }
            try charge(text.utf8.count)
            return text.containsText(part)
        case .mapping(let mapping):
            if case .undefined = item { return false }
            guard RuntimeKey(item) != nil else { throw .cannot("use as a dictionary key", item) }
            return mapping[item] != nil
        case .sequence(let sequence):
            for element in sequence.items {
                if try areEqual(element, item) { return true }
            }
            return false
        default:
            throw .cannot("look for an item in", container)
        }
    }

    /// Sorts stably by `keys`, which are in the order of `values` (merge sort, since the
    /// comparison can fail).
    func sorted(
        _ values: [RuntimeValue], by keys: [RuntimeValue], reversed: Bool
    ) throws(ChatTemplateError) -> [RuntimeValue] {
        var order = Array(values.indices)
        var width = 1
        while width < order.count {
            var merged: [Int] = []
            merged.reserveCapacity(order.count)
            for start in stride(from: 0, to: order.count, by: width * 2) {
                var left = order[start..<min(start + width, order.count)]
                var right = order[left.endIndex..<min(start + 2 * width, order.count)]
                while let first = left.first, let second = right.first {
                    let takesRight =
                        reversed
                        ? try isLess(keys[first], keys[second])
                        : try isLess(keys[second], keys[first])
                    merged.append(takesRight ? right.removeFirst() : left.removeFirst())
                }
                merged += left
                merged += right
            }
            order = merged
            width *= 2
        }
        return order.map { values[$0] }
    }
}
