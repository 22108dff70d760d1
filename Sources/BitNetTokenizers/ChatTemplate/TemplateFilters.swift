/// The filters of templates by name.
enum TemplateFilters {
    typealias Bound =
        @Sendable (TemplateInterpreter, RuntimeValue, BoundArguments) throws(ChatTemplateError) ->
        RuntimeValue
    typealias Free =
        @Sendable (TemplateInterpreter, RuntimeValue, CallArguments) throws(ChatTemplateError) ->
        RuntimeValue

    /// A filter with named parameters, or one that takes its arguments as they come.
    enum Filter: Sendable {
        case bound([String], Bound)
        case free(Free)
    }

    static let all: [String: Filter] =
        [text, numbers, sequences, selections, general].reduce(into: [:]) { all, group in
            all.merge(group) { first, _ in first }
        }

    private static let general: [String: Filter] = [
        "default": .bound(["default_value", "boolean"], fallback),
        "d": .bound(["default_value", "boolean"], fallback),
        "length": .bound([], length),
        "count": .bound([], length),
        "tojson": .bound(["ensure_ascii", "indent", "separators", "sort_keys"], json),
        "items": .bound([], items),
        "dictsort": .bound(["case_sensitive", "by", "reverse"], sortedItems),
    ]

    @Sendable private static func fallback(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        guard value.isUndefined || (arguments.flag(1) && !value.isTruthy) else { return value }
        return arguments[0] ?? .emptyString
    }

    @Sendable private static func length(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        .integer(try interpreter.length(of: value))
    }

    /// JSON as Python's `json.dumps` writes it, without escaping for HTML, as `transformers` does.
    @Sendable private static func json(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        var writer = TemplateJSONWriter(
            indent: try indent(arguments[1]), isASCII: arguments.flag(0),
            sortsKeys: arguments.flag(3))
        if case .sequence(let separators)? = arguments[2] {
            let texts = separators.items.compactMap(\.stringValue)
            guard texts.count == 2, separators.items.count == 2 else {
                throw .invalid("'separators' of 'tojson' must be two strings")
            }
            writer.itemSeparator = texts[0]
            writer.keySeparator = texts[1]
        }
        try writer.write(value)
        return try interpreter.string(writer.text)
    }

    private static func indent(_ value: RuntimeValue?) throws(ChatTemplateError) -> String? {
        switch value {
        case nil, .null: return nil
        case .string(let text):
            guard text.utf8.count <= 1000 else { throw .limit("an indent over 1000 bytes long") }
            return text
        case let value?:
            guard let width = value.integerValue else { throw .cannot("indent by", value) }
            guard width <= 1000 else { throw .limit("an indent over 1000 spaces") }
            return String(repeating: " ", count: max(0, width))
        }
    }

    @Sendable private static func items(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        if value.isUndefined { return try interpreter.sequence([], .generator) }
        guard case .mapping(let mapping) = value else {
            throw .cannot("take the items of", value)
        }
        return try interpreter.sequence(try interpreter.pairs(of: mapping), .generator)
    }

    @Sendable private static func sortedItems(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        guard case .mapping(let mapping) = value else { throw .cannot("sort the items of", value) }
        let place = try arguments.string(1) ?? "key"
        guard place == "key" || place == "value" else {
            throw .invalid("'dictsort' sorts by 'key' or 'value', not by '\(place)'")
        }
        let keys = mapping.entries.map { entry in
            let key = place == "key" ? entry.key : entry.value
            return arguments.flag(0) ? key : key.ignoringCase
        }
        let pairs = try interpreter.pairs(of: mapping)
        return try interpreter.sequence(
            try interpreter.sorted(pairs, by: keys, reversed: arguments.flag(2)), .list)
    }
}

extension RuntimeValue {
    /// A string in lower case, any other value as it is.
    var ignoringCase: RuntimeValue {
        if case .string(let text) = self { return .string(text.lowercased()) }
        return self
    }
}

extension TemplateInterpreter {
    /// The entries of a dictionary as tuples of a key and a value.
    func pairs(of mapping: RuntimeMapping) throws(ChatTemplateError) -> [RuntimeValue] {
        var pairs: [RuntimeValue] = []
        pairs.reserveCapacity(mapping.entries.count)
        for entry in mapping.entries {
            pairs.append(try sequence([entry.key, entry.value], .tuple))
        }
        return pairs
    }
}
