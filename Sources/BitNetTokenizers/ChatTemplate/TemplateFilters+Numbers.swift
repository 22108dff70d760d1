extension TemplateFilters {
    /// Filters that make or take numbers.
    static let numbers: [String: Filter] = [
        "int": .bound(["default", "base"], integer),
        "float": .bound(["default"], number),
        "abs": .bound([], absolute),
        "round": .bound(["precision", "method"], round),
    ]

    @Sendable private static func integer(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        if case .undefined(let name) = value { throw .undefined(name) }
        if let integer = value.integerValue { return .integer(integer) }
        if case .string(let text) = value {
            let base = try arguments.integer(1) ?? 10
            guard base == 0 || (2...36).contains(base) else {
                throw .invalid("'int' with the base \(base)")
            }
            if let integer = Int(pythonText: text, base: base) { return .integer(integer) }
        }
        if let number = value.numberValue ?? value.stringValue.flatMap(Double.init(pythonText:)),
            let integer = Int(exactly: number.rounded(.towardZero))
        {
            return .integer(integer)
        }
        return arguments[0] ?? .integer(0)
    }

    @Sendable private static func number(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        if case .undefined(let name) = value { throw .undefined(name) }
        let number = value.numberValue ?? value.stringValue.flatMap(Double.init(pythonText:))
        return number.map(RuntimeValue.number) ?? arguments[0] ?? .number(0)
    }

    @Sendable private static func absolute(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        if let integer = value.integerValue {
            return integer < 0 ? try interpreter.negated(.integer(integer)) : .integer(integer)
        }
        guard case .number(let number) = value else { throw .cannot("take the size of", value) }
        return .number(number.magnitude)
    }

    @Sendable private static func round(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        let digits = try arguments.integer(0) ?? 0
        let method = try arguments.string(1) ?? "common"
        guard let number = value.numberValue else { throw .cannot("round", value) }
        switch method {
        case "common":
            if let integer = value.integerValue, digits >= 0 { return .integer(integer) }
            let rounded = PythonArithmetic.round(number, digits: digits)
            guard value.integerValue != nil, let integer = Int(exactly: rounded) else {
                return .number(rounded)
            }
            return .integer(integer)
        case "ceil", "floor":
            let scale = try PythonArithmetic.combine(10, .power, Double(digits))
            let rule: FloatingPointRoundingRule = method == "ceil" ? .up : .down
            return .number((number * scale).rounded(rule) / scale)
        default:
            throw .invalid("'round' knows 'common', 'ceil' and 'floor', not '\(method)'")
        }
    }
}

extension Int {
    /// The whole number that Python's `int(text, base)` reads, if it fits 64 bits.
    fileprivate init?(pythonText: String, base: Int) {
        var text = pythonText.stripped()[...]
        let isNegative = text.hasPrefix("-")
        if isNegative || text.hasPrefix("+") { text = text.dropFirst() }
        var radix = base
        let prefixes = [(2, "0b"), (8, "0o"), (16, "0x")]
        for (value, prefix) in prefixes where base == value || base == 0 {
            guard text.lowercased().hasPrefix(prefix) else { continue }
            radix = value
            text = text.dropFirst(2)
            if text.hasPrefix("_") { text = text.dropFirst() }
            break
        }
        guard let digits = text.withoutDigitSeparators,
            let first = digits.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-")
        else { return nil }
        self.init((isNegative ? "-" : "") + digits, radix: radix == 0 ? 10 : radix)
    }
}

extension Double {
    /// The number that Python's `float(text)` reads.
    fileprivate init?(pythonText: String) {
        let text = pythonText.stripped()[...].lowercased()
        guard let digits = text[...].withoutDigitSeparators, !digits.contains("x"),
            !digits.contains("p"), !digits.contains("(")
        else { return nil }
        self.init(digits)
    }
}

extension Substring {
    /// The text without the `_` between digits, or `nil` if one is elsewhere.
    fileprivate var withoutDigitSeparators: String? {
        guard !isEmpty, !hasPrefix("_"), !hasSuffix("_"), !contains("__") else { return nil }
        return String(filter { $0 != "_" })
    }
}
