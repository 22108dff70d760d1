extension TemplateFilters {
    /// Filters of lists and of what else can be iterated over.
    static let sequences: [String: Filter] = [
        "join": .bound(["d", "attribute"], join),
        "first": .bound([], first),
        "last": .bound([], last),
        "list": .bound([], list),
        "reverse": .bound([], reverse),
        "sort": .bound(["reverse", "case_sensitive", "attribute"], sort),
        "unique": .bound(["case_sensitive", "attribute"], unique),
        "sum": .bound(["attribute", "start"], sum),
        "min": .bound(["case_sensitive", "attribute"], least),
        "max": .bound(["case_sensitive", "attribute"], greatest),
    ]

    @Sendable private static func join(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        let separator = try interpreter.text(of: arguments[0] ?? .emptyString)
        var items = try interpreter.items(of: value)
        if let attribute = arguments[1] {
            items = try interpreter.values(of: attribute, in: items)
        }
        return try interpreter.joined(items, by: separator)
    }

    @Sendable private static func first(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        try interpreter.items(of: value).first ?? .undefined("the first item of an empty list")
    }

    @Sendable private static func last(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        if case .sequence(let sequence) = value, sequence.kind == .generator {
            throw .cannot("take the last item of", value)
        }
        return try interpreter.items(of: value).last ?? .undefined("the last item of an empty list")
    }

    @Sendable private static func list(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        try interpreter.sequence(try interpreter.items(of: value), .list)
    }

    @Sendable private static func reverse(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        if case .string(let text) = value {
            return try interpreter.string(String(scalars: text.unicodeScalars.reversed()))
        }
        return try interpreter.sequence(
            try interpreter.items(of: value).reversed(), .generator)
    }

    @Sendable private static func sort(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        let items = try interpreter.items(of: value)
        let keys = try interpreter.sortKeys(
            of: items, attribute: arguments[2], ignoringCase: !arguments.flag(1))
        let sorted = try interpreter.sorted(items, by: keys, reversed: arguments.flag(0))
        return try interpreter.sequence(sorted, .list)
    }

    @Sendable private static func unique(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        let items = try interpreter.items(of: value)
        let keys = try interpreter.keys(
            of: items, attribute: arguments[1], ignoringCase: !arguments.flag(0))
        var seen: Set<RuntimeKey> = []
        var result: [RuntimeValue] = []
        for (item, key) in zip(items, keys) {
            try interpreter.charge(key.cost)
            guard let hashed = RuntimeKey(key) else { throw .cannot("tell apart", key) }
            if seen.insert(hashed).inserted { result.append(item) }
        }
        return try interpreter.sequence(result, .generator)
    }

    @Sendable private static func sum(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        var items = try interpreter.items(of: value)
        if let attribute = arguments[0] {
            items = try interpreter.values(of: attribute, in: items)
        }
        var total = arguments[1] ?? .integer(0)
        for item in items { total = try interpreter.add(total, item) }
        return total
    }

    @Sendable private static func least(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        try interpreter.extreme(value, arguments) { (key, best) throws(ChatTemplateError) in
            try interpreter.isLess(key, best)
        }
    }

    @Sendable private static func greatest(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        try interpreter.extreme(value, arguments) { (key, best) throws(ChatTemplateError) in
            try interpreter.isLess(best, key)
        }
    }
}

extension TemplateInterpreter {
    /// The texts of items with `separator` between them.
    func joined(
        _ items: [RuntimeValue], by separator: String
    ) throws(ChatTemplateError) -> RuntimeValue {
        var result = ""
        for (index, item) in items.enumerated() {
            if index > 0 { result += separator }
            result += try text(of: item)
            guard result.utf8.count <= TemplateLimits.outputBytes else { throw .outputLimit }
        }
        return try string(result)
    }

    /// The first item whose key is better than the keys of all others.
    fileprivate func extreme(
        _ value: RuntimeValue, _ arguments: BoundArguments,
        isBetter: (RuntimeValue, RuntimeValue) throws(ChatTemplateError) -> Bool
    ) throws(ChatTemplateError) -> RuntimeValue {
        let items = try items(of: value)
        let keys = try keys(of: items, attribute: arguments[1], ignoringCase: !arguments.flag(0))
        guard var best = items.indices.first else {
            return .undefined("the least or greatest item of an empty list")
        }
        for index in items.indices.dropFirst() where try isBetter(keys[index], keys[best]) {
            best = index
        }
        return items[best]
    }
}
