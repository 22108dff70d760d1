/// A value while a template is rendered, with Python's semantics.
///
/// All values but namespaces are immutable, as in Jinja's immutable sandbox; namespaces, macros
/// and their scopes live in the interpreter and are named by number, so that values form no cycle.
enum RuntimeValue: Sendable {
    /// The absence of a variable or attribute of this name.
    case undefined(String)
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case sequence(RuntimeSequence)
    case mapping(RuntimeMapping)
    case namespace(Int)
    case loop(RuntimeLoop)
    indirect case callable(RuntimeCallable)
}

/// A list, a tuple, or what Python would compute lazily.
struct RuntimeSequence: Sendable {
    enum Kind: Sendable {
        case list
        case tuple
        /// `range(…)`.
        case range
        /// The keys, values or items of a dictionary.
        case view
        /// What filters such as `map` return: it is always true and has no length.
        case generator
    }

    let items: [RuntimeValue]
    let kind: Kind
    /// How deep lists and dictionaries are nested in this one, itself included.
    let depth: Int
}

/// The state of a loop in one step.
struct RuntimeLoop: Sendable {
    let items: [RuntimeValue]
    let index: Int
}

/// What can be called.
enum RuntimeCallable: Sendable {
    case function(String)
    case method(receiver: RuntimeValue, name: String)
    case macro(Int)
}

extension RuntimeValue {
    static let emptyString = RuntimeValue.string("")

    /// Whether Python's `bool()` of the value is true.
    var isTruthy: Bool {
        switch self {
        case .undefined, .null: false
        case .bool(let value): value
        case .integer(let value): value != 0
        case .number(let value): value != 0
        case .string(let value): !value.isEmpty
        case .sequence(let value): value.kind == .generator || !value.items.isEmpty
        case .mapping(let value): !value.entries.isEmpty
        case .loop(let value): !value.items.isEmpty
        case .namespace, .callable: true
        }
    }

    var isUndefined: Bool {
        if case .undefined = self { return true }
        return false
    }

    /// The value as a whole number, where Python has one: truth values count as 0 and 1.
    var integerValue: Int? {
        switch self {
        case .bool(let value): value ? 1 : 0
        case .integer(let value): value
        default: nil
        }
    }

    /// The value as a floating-point number, if it is a number.
    var numberValue: Double? {
        if case .number(let value) = self { return value }
        return integerValue.map(Double.init)
    }

    var stringValue: String? {
        if case .string(let value) = self { return value }
        return nil
    }

    /// How deep lists and dictionaries are nested in the value.
    var depth: Int {
        switch self {
        case .sequence(let value): value.depth
        case .mapping(let value): value.depth
        case .callable(.method(let receiver, _)): receiver.depth
        case .loop(let value): 1 + (value.items.lazy.map(\.depth).max() ?? 0)
        default: 0
        }
    }

    /// The work of going over the value once, without what is nested in it.
    var cost: Int {
        switch self {
        case .string(let value): value.utf8.count
        case .sequence(let value): value.items.count * TemplateLimits.elementCost
        case .mapping(let value): value.entries.count * TemplateLimits.elementCost
        default: 1
        }
    }

    /// How error messages name the value's type, as Python does.
    var typeName: String {
        switch self {
        case .undefined: "undefined"
        case .null: "None"
        case .bool: "bool"
        case .integer: "int"
        case .number: "float"
        case .string: "string"
        case .sequence(let value): value.kind.typeName
        case .mapping: "dict"
        case .namespace: "namespace"
        case .loop: "loop"
        case .callable: "function"
        }
    }
}

extension RuntimeSequence.Kind {
    var typeName: String {
        switch self {
        case .list: "list"
        case .tuple: "tuple"
        case .range: "range"
        case .view: "dict view"
        case .generator: "generator"
        }
    }
}
