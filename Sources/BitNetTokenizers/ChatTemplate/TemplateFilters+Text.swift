extension TemplateFilters {
    /// Filters of strings; other values are turned into strings first.
    static let text: [String: Filter] = [
        "trim": .bound(["chars"], trim),
        "upper": mapped { $0.uppercased() },
        "lower": mapped { $0.lowercased() },
        "capitalize": mapped(\.pythonCapitalized),
        "title": mapped(\.jinjaTitled),
        "string": mapped { $0 },
        "safe": mapped { $0 },
        "escape": mapped(\.htmlEscaped),
        "e": mapped(\.htmlEscaped),
        "forceescape": mapped(\.htmlEscaped),
        "replace": .bound(["old", "new", "count"], replace),
        "indent": .bound(["width", "first", "blank"], indent),
        "center": .bound(["width"], center),
        "wordcount": .bound([], wordCount),
    ]

    private static func mapped(_ transform: @escaping @Sendable (String) -> String) -> Filter {
        .bound([]) { (interpreter, value, _) throws(ChatTemplateError) in
            try interpreter.string(transform(try interpreter.text(of: value)))
        }
    }

    @Sendable private static func trim(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        let text = try interpreter.text(of: value)
        return try interpreter.string(text.stripped(try arguments.string(0)))
    }

    @Sendable private static func replace(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        let text = try interpreter.text(of: value)
        let old = try interpreter.text(of: try arguments.required(0))
        let new = try interpreter.text(of: try arguments.required(1))
        return try interpreter.replace(old, with: new, in: text, limit: try arguments.integer(2))
    }

    @Sendable private static func indent(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        let text = try interpreter.text(of: value)
        let width = arguments[0] ?? .integer(4)
        let count = width.integerValue ?? 0
        guard count <= 1000 else { throw .limit("'indent' by over 1000 spaces") }
        let prefix = width.stringValue ?? String(repeating: " ", count: max(0, count))
        var lines = (text + "\n").pythonLines()
        let (size, overflow) = lines.count.multipliedReportingOverflow(by: prefix.utf8.count)
        guard !overflow, size <= TemplateLimits.outputBytes else { throw .outputLimit }
        for index in lines.indices where index > 0 ? true : arguments.flag(1) {
            if index == 0 || !lines[index].isEmpty || arguments.flag(2) {
                lines[index] = prefix + lines[index]
            }
        }
        return try interpreter.string(lines.joined(separator: "\n"))
    }

    @Sendable private static func center(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        let width = try arguments.integer(0) ?? 80
        return try interpreter.pad(try interpreter.text(of: value), width, .center)
    }

    @Sendable private static func wordCount(
        _ interpreter: TemplateInterpreter, _ value: RuntimeValue, _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        var count = 0
        var isInWord = false
        for scalar in try interpreter.text(of: value).unicodeScalars {
            if scalar.isPythonWord, !isInWord { count += 1 }
            isInWord = scalar.isPythonWord
        }
        return .integer(count)
    }
}

extension String {
    fileprivate var htmlEscaped: String {
        var result = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "'": result += "&#39;"
            case "\"": result += "&#34;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
