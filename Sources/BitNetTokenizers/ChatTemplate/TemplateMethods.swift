/// The methods of Python's strings, dictionaries, lists and tuples.
enum TemplateMethods {
    /// The names of a type's methods.
    struct Names {
        let supported: Set<String>
        /// Methods that Python has and this interpreter has not.
        let refused: Set<String>
    }

    typealias Method =
        @Sendable (TemplateInterpreter, String, BoundArguments) throws(ChatTemplateError) ->
        RuntimeValue

    /// The names of the methods of a value, or `nil` if it has none.
    static func names(of value: RuntimeValue) -> Names? {
        switch value {
        case .string: stringNames
        case .mapping: mappingNames
        case .sequence(let sequence) where sequence.kind == .list: listNames
        case .sequence(let sequence) where sequence.kind == .tuple: tupleNames
        default: nil
        }
    }

    private static let stringNames = Names(
        supported: Set(strings.keys).union(["format"]),
        refused: [
            "casefold", "encode", "expandtabs", "format_map", "isascii", "isidentifier",
            "isprintable", "istitle", "maketrans", "translate", "index", "rindex",
        ])
    private static let mappingNames = Names(
        supported: ["items", "keys", "values", "get", "copy"],
        refused: ["fromkeys", "clear", "pop", "popitem", "setdefault", "update"])
    private static let listNames = Names(
        supported: ["count", "index", "copy"],
        refused: ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"])
    private static let tupleNames = Names(supported: ["count", "index"], refused: [])

    /// Calls the method `name` of `receiver`.
    static func call(
        _ name: String, of receiver: RuntimeValue, _ arguments: CallArguments,
        in interpreter: TemplateInterpreter
    ) throws(ChatTemplateError) -> RuntimeValue {
        switch receiver {
        case .string(let text):
            guard let method = strings[name] else {
                return try interpreter.format(text, arguments)
            }
            let bound = try arguments.bound(to: method.parameters, of: name)
            return try method.call(interpreter, text, bound)
        case .mapping(let mapping):
            return try call(name, of: mapping, arguments, interpreter)
        case .sequence(let sequence):
            return try call(name, of: sequence, arguments, interpreter)
        case .loop(let loop):
            guard !arguments.positional.isEmpty, arguments.keywords.isEmpty else {
                throw .invalid("'loop.cycle' needs values")
            }
            return arguments.positional[loop.index % arguments.positional.count]
        default:
            throw .cannot("call a method of", receiver)
        }
    }

    private static func call(
        _ name: String, of mapping: RuntimeMapping, _ arguments: CallArguments,
        _ interpreter: TemplateInterpreter
    ) throws(ChatTemplateError) -> RuntimeValue {
        let parameters = name == "get" ? ["key", "default"] : []
        let bound = try arguments.bound(to: parameters, of: name)
        switch name {
        case "items": return try interpreter.sequence(try interpreter.pairs(of: mapping), .view)
        case "keys": return try interpreter.sequence(mapping.entries.map(\.key), .view)
        case "values": return try interpreter.sequence(mapping.entries.map(\.value), .view)
        case "get":
            let key = try bound.required(0)
            try interpreter.charge(key.cost)
            return mapping[key] ?? bound[1] ?? .null
        default: return .mapping(mapping)
        }
    }

    private static func call(
        _ name: String, of sequence: RuntimeSequence, _ arguments: CallArguments,
        _ interpreter: TemplateInterpreter
    ) throws(ChatTemplateError) -> RuntimeValue {
        let bound = try arguments.bound(to: name == "copy" ? [] : ["value"], of: name)
        guard name != "copy" else { return .sequence(sequence) }
        let value = try bound.required(0)
        var places: [Int] = []
        for (index, item) in sequence.items.enumerated() {
            if try interpreter.areEqual(item, value) { places.append(index) }
        }
        if name == "count" { return .integer(places.count) }
        guard let first = places.first else { throw .invalid("'index' found no such item") }
        return .integer(first)
    }
}
