/// The tests of templates, as in `x is defined`, by name.
enum TemplateTests {
    typealias Predicate =
        @Sendable (TemplateInterpreter, RuntimeValue, [RuntimeValue]) throws(ChatTemplateError) ->
        Bool

    /// A test and the number of arguments it takes.
    struct Test: Sendable {
        let arguments: Int
        let holds: Predicate
    }

    static let all: [String: Test] = {
        var all = kinds.mapValues { kind in
            Test(arguments: 0) { (_, value, _) throws(ChatTemplateError) in kind(value) }
        }
        all.merge(numbers) { first, _ in first }
        all.merge(texts) { first, _ in first }
        for (names, comparison) in comparisons {
            let test = Test(arguments: 1) {
                (interpreter, value, arguments) throws(ChatTemplateError) in
                try interpreter.holds(value, comparison, arguments[0])
            }
            for name in names { all[name] = test }
        }
        return all
    }()

    private static let kinds: [String: @Sendable (RuntimeValue) -> Bool] = [
        "defined": { !$0.isUndefined },
        "undefined": { $0.isUndefined },
        "none": { $0.isNull },
        "string": { $0.stringValue != nil },
        "number": { $0.numberValue != nil },
        "boolean": { if case .bool = $0 { true } else { false } },
        "integer": { if case .integer = $0 { true } else { false } },
        "float": { if case .number = $0 { true } else { false } },
        "true": { if case .bool(true) = $0 { true } else { false } },
        "false": { if case .bool(false) = $0 { true } else { false } },
        "mapping": { if case .mapping = $0 { true } else { false } },
        "callable": { if case .callable = $0 { true } else { false } },
        "iterable": isIterable,
        "sequence": isSequence,
    ]

    @Sendable private static func isIterable(_ value: RuntimeValue) -> Bool {
        switch value {
        case .undefined, .string, .sequence, .mapping, .loop: true
        default: false
        }
    }

    /// What has a length and subscripts in Python.
    @Sendable private static func isSequence(_ value: RuntimeValue) -> Bool {
        switch value {
        case .undefined, .string, .mapping: true
        case .sequence(let sequence): sequence.kind != .generator && sequence.kind != .view
        default: false
        }
    }

    private static let numbers: [String: Test] = [
        "even": Test(arguments: 0) { (_, value, _) throws(ChatTemplateError) in
            try remainder(value, .integer(2)) == 0
        },
        "odd": Test(arguments: 0) { (_, value, _) throws(ChatTemplateError) in
            try remainder(value, .integer(2)) == 1
        },
        "divisibleby": Test(arguments: 1) { (_, value, arguments) throws(ChatTemplateError) in
            try remainder(value, arguments[0]) == 0
        },
    ]

    private static func remainder(
        _ value: RuntimeValue, _ divisor: RuntimeValue
    ) throws(ChatTemplateError) -> Double {
        guard let number = value.numberValue else { throw .cannot("divide", value) }
        guard let divisor = divisor.numberValue else { throw .cannot("divide by", divisor) }
        return try PythonArithmetic.combine(number, .remainder, divisor)
    }

    private static let texts: [String: Test] = [
        "lower": Test(arguments: 0) { (interpreter, value, _) throws(ChatTemplateError) in
            try interpreter.text(of: value).hasOnlyCase(upper: false)
        },
        "upper": Test(arguments: 0) { (interpreter, value, _) throws(ChatTemplateError) in
            try interpreter.text(of: value).hasOnlyCase(upper: true)
        },
        "in": Test(arguments: 1) { (interpreter, value, arguments) throws(ChatTemplateError) in
            try interpreter.contains(arguments[0], value)
        },
        "filter": Test(arguments: 0) { (_, value, _) throws(ChatTemplateError) in
            value.stringValue.map { TemplateFilters.all[$0] != nil } ?? false
        },
        "test": Test(arguments: 0) { (_, value, _) throws(ChatTemplateError) in
            value.stringValue.map { all[$0] != nil } ?? false
        },
    ]

    private static let comparisons: [([String], TemplateComparison.Operator)] = [
        (["eq", "equalto", "==", "sameas"], .equal),
        (["ne", "!="], .notEqual),
        (["lt", "lessthan", "<"], .less),
        (["le", "<="], .lessOrEqual),
        (["gt", "greaterthan", ">"], .greater),
        (["ge", ">="], .greaterOrEqual),
    ]
}
