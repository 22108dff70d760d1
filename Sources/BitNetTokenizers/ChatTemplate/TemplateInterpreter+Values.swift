extension TemplateInterpreter {
    /// The text of a value, as Python's `str` gives it.
    func text(of value: RuntimeValue) throws(ChatTemplateError) -> String {
        if case .string(let text) = value { return text }
        var writer = RuntimeTextWriter()
        try writer.write(value)
        try charge(writer.text.utf8.count)
        return writer.text
    }

    /// A string value, if it is not too long.
    func string(_ text: String) throws(ChatTemplateError) -> RuntimeValue {
        try charge(text.utf8.count)
        guard text.utf8.count <= TemplateLimits.outputBytes else { throw .outputLimit }
        return .string(text)
    }

    /// A sequence of items, if it is not nested too deeply.
    func sequence(
        _ items: [RuntimeValue], _ kind: RuntimeSequence.Kind
    ) throws(ChatTemplateError) -> RuntimeValue {
        try charge(items.count * TemplateLimits.elementCost)
        let depth = 1 + (items.lazy.map(\.depth).max() ?? 0)
        guard depth <= TemplateLimits.valueDepth else { throw Self.depthError }
        return .sequence(RuntimeSequence(items: items, kind: kind, depth: depth))
    }

    /// A list of texts.
    func list(_ texts: [String]) throws(ChatTemplateError) -> RuntimeValue {
        try sequence(texts.map(RuntimeValue.string), .list)
    }

    /// A dictionary, if it is not nested too deeply.
    func mapping(_ builder: RuntimeMappingBuilder) throws(ChatTemplateError) -> RuntimeValue {
        let mapping = builder.build()
        try charge(mapping.entries.count * TemplateLimits.elementCost)
        guard mapping.depth <= TemplateLimits.valueDepth else { throw Self.depthError }
        return .mapping(mapping)
    }

    private static var depthError: ChatTemplateError {
        .limit("lists and dictionaries are nested over \(TemplateLimits.valueDepth) deep")
    }

    /// The items that iterating over a value gives.
    func items(of value: RuntimeValue) throws(ChatTemplateError) -> [RuntimeValue] {
        switch value {
        case .undefined: return []
        case .sequence(let sequence): return sequence.items
        case .mapping(let mapping):
            try charge(value.cost)
            return mapping.entries.map(\.key)
        case .string(let text):
            try charge(text.utf8.count * TemplateLimits.elementCost)
            return text.unicodeScalars.map { .string(String($0)) }
        default: throw .cannot("iterate over", value)
        }
    }

    /// The number of items or characters of a value.
    func length(of value: RuntimeValue) throws(ChatTemplateError) -> Int {
        switch value {
        case .undefined: return 0
        case .sequence(let sequence) where sequence.kind != .generator: return sequence.items.count
        case .mapping(let mapping): return mapping.entries.count
        case .string(let text):
            try charge(text.utf8.count)
            return text.unicodeScalars.count
        case .loop(let loop): return loop.items.count
        default: throw .cannot("take the length of", value)
        }
    }

    /// Converts a value of the caller's; objects and arrays nested too deeply are refused.
    static func runtimeValue(
        _ value: TemplateValue, depth: Int = 0
    ) throws(ChatTemplateError) -> RuntimeValue {
        guard depth < TemplateLimits.valueDepth else { throw depthError }
        switch value {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .number(let value): return .number(value)
        case .string(let value): return .string(value)
        case .array(let values):
            var items: [RuntimeValue] = []
            items.reserveCapacity(values.count)
            for value in values { items.append(try runtimeValue(value, depth: depth + 1)) }
            let inner = items.lazy.map(\.depth).max() ?? 0
            return .sequence(RuntimeSequence(items: items, kind: .list, depth: inner + 1))
        case .object(let object):
            var builder = RuntimeMappingBuilder(capacity: object.entries.count)
            for entry in object.entries {
                _ = builder.add(.string(entry.key), try runtimeValue(entry.value, depth: depth + 1))
            }
            return .mapping(builder.build())
        }
    }
}
