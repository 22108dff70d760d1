/// The global functions of templates: Jinja's and the ones `transformers` adds.
enum TemplateFunctions {
    static let names: Set<String> = [
        "raise_exception", "range", "namespace", "strftime_now", "dict", "lipsum", "cycler",
        "joiner",
    ]

    /// Calls the function `name`.
    static func call(
        _ name: String, _ arguments: CallArguments, in interpreter: TemplateInterpreter
    ) throws(ChatTemplateError) -> RuntimeValue {
        switch name {
        case "raise_exception": return try raise(arguments, interpreter)
        case "range": return try range(arguments, interpreter)
        case "namespace": return try namespace(arguments, interpreter)
        case "strftime_now": return try time(arguments, interpreter)
        case "dict": return try dictionary(arguments, interpreter)
        default: throw .unsupported("the function '\(name)' is not supported")
        }
    }

    private static func raise(
        _ arguments: CallArguments, _ interpreter: TemplateInterpreter
    ) throws(ChatTemplateError) -> RuntimeValue {
        let bound = try arguments.bound(to: ["message"], of: "raise_exception")
        let message = try interpreter.text(of: try bound.required(0))
        throw ChatTemplateError(code: .raised, message: message)
    }

    private static func range(
        _ arguments: CallArguments, _ interpreter: TemplateInterpreter
    ) throws(ChatTemplateError) -> RuntimeValue {
        let bound = try arguments.bound(to: ["start", "stop", "step"], of: "range")
        var bounds: [Int] = []
        for (index, value) in bound.values.enumerated() where value != nil {
            guard let integer = try bound.integer(index) else {
                throw .invalid("'range' needs integers, found None")
            }
            bounds.append(integer)
        }
        guard let first = bounds.first else { throw .invalid("'range' needs an argument") }
        let (start, stop) = bounds.count > 1 ? (first, bounds[1]) : (0, first)
        let step = bounds.count > 2 ? bounds[2] : 1
        guard step != 0 else { throw .invalid("'range' with a step of 0") }
        let values = stride(from: start, to: stop, by: step).prefix(TemplateLimits.rangeLength + 1)
        let items = values.map(RuntimeValue.integer)
        guard items.count <= TemplateLimits.rangeLength else {
            throw .limit("a range over \(TemplateLimits.rangeLength) items long")
        }
        return try interpreter.sequence(items, .range)
    }

    private static func namespace(
        _ arguments: CallArguments, _ interpreter: TemplateInterpreter
    ) throws(ChatTemplateError) -> RuntimeValue {
        try interpreter.checkDefinitions()
        var values: [String: RuntimeValue] = [:]
        for entry in try entries(arguments, of: "namespace") {
            guard case .string(let name) = entry.key else {
                throw .invalid("'namespace' needs string keys, found \(entry.key.typeName)")
            }
            values[name] = entry.value
        }
        interpreter.namespaces.append(values)
        return .namespace(interpreter.namespaces.count - 1)
    }

    private static func dictionary(
        _ arguments: CallArguments, _ interpreter: TemplateInterpreter
    ) throws(ChatTemplateError) -> RuntimeValue {
        var builder = RuntimeMappingBuilder(capacity: arguments.keywords.count)
        for entry in try entries(arguments, of: "dict") { _ = builder.add(entry.key, entry.value) }
        return try interpreter.mapping(builder)
    }

    /// The entries of a dictionary given first, then the keyword arguments.
    private static func entries(
        _ arguments: CallArguments, of function: String
    ) throws(ChatTemplateError) -> [RuntimeMapping.Entry] {
        guard arguments.positional.count <= 1 else {
            throw .invalid("'\(function)' takes at most one positional argument")
        }
        var entries: [RuntimeMapping.Entry] = []
        if let value = arguments.positional.first {
            guard case .mapping(let mapping) = value else {
                throw .unsupported("'\(function)' of a \(value.typeName) is not supported")
            }
            entries = mapping.entries
        }
        return entries + arguments.keywords.map { .init(key: .string($0.name), value: $0.value) }
    }

    private static func time(
        _ arguments: CallArguments, _ interpreter: TemplateInterpreter
    ) throws(ChatTemplateError) -> RuntimeValue {
        let bound = try arguments.bound(to: ["format"], of: "strftime_now")
        let format = try bound.requiredString(0)
        guard format.utf8.count <= 1000 else { throw .limit("a date format over 1000 bytes") }
        switch interpreter.clock.now().formatted(format) {
        case .success(let text): return try interpreter.string(text)
        case .failure(let directive):
            throw .unsupported("'\(directive.name)' in 'strftime_now' is not supported")
        }
    }
}
