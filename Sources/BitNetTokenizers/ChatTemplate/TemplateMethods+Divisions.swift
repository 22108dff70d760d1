extension TemplateMethods {
    /// Methods that strip, split and join strings.
    static let divisions: [String: StringMethod] = [
        "strip": stripping(leading: true, trailing: true),
        "lstrip": stripping(leading: true, trailing: false),
        "rstrip": stripping(leading: false, trailing: true),
        "removeprefix": StringMethod(["prefix"]) {
            (interpreter, text, arguments) throws(ChatTemplateError) in
            let prefix = try arguments.requiredString(0)
            guard text.startsText(prefix) else { return .string(text) }
            return try interpreter.string(
                String(decoding: text.utf8.dropFirst(prefix.utf8.count), as: UTF8.self))
        },
        "removesuffix": StringMethod(["suffix"]) {
            (interpreter, text, arguments) throws(ChatTemplateError) in
            let suffix = try arguments.requiredString(0)
            guard text.endsText(suffix) else { return .string(text) }
            return try interpreter.string(
                String(decoding: text.utf8.dropLast(suffix.utf8.count), as: UTF8.self))
        },
        "split": splitting(fromEnd: false),
        "rsplit": splitting(fromEnd: true),
        "partition": partitioning(fromEnd: false),
        "rpartition": partitioning(fromEnd: true),
        "splitlines": StringMethod(["keepends"]) {
            (interpreter, text, arguments) throws(ChatTemplateError) in
            try interpreter.list(text.pythonLines(keepingEnds: arguments.flag(0)))
        },
        "join": StringMethod(["iterable"]) {
            (interpreter, text, arguments) throws(ChatTemplateError) in
            let items = try interpreter.items(of: try arguments.required(0))
            for item in items where item.stringValue == nil { throw .cannot("join", item) }
            return try interpreter.joined(items, by: text)
        },
    ]

    private static func stripping(leading: Bool, trailing: Bool) -> StringMethod {
        StringMethod(["chars"]) { (interpreter, text, arguments) throws(ChatTemplateError) in
            let characters = try arguments.string(0)
            return try interpreter.string(
                text.stripped(characters, leading: leading, trailing: trailing))
        }
    }

    private static func splitting(fromEnd: Bool) -> StringMethod {
        StringMethod(["sep", "maxsplit"]) {
            (interpreter, text, arguments) throws(ChatTemplateError) in
            let count = try arguments.integer(1) ?? -1
            let limit = count < 0 ? Int.max : count
            guard let separator = try arguments.string(0) else {
                guard !fromEnd || limit == .max else {
                    throw .unsupported("'rsplit' at white space with a limit is not supported")
                }
                return try interpreter.list(text.words(limit: limit))
            }
            guard !separator.isEmpty else { throw .invalid("an empty separator in 'split'") }
            return try interpreter.list(
                text.parts(separatedBy: separator, limit: limit, fromEnd: fromEnd))
        }
    }

    private static func partitioning(fromEnd: Bool) -> StringMethod {
        StringMethod(["sep"]) { (interpreter, text, arguments) throws(ChatTemplateError) in
            let separator = try arguments.requiredString(0)
            guard !separator.isEmpty else { throw .invalid("an empty separator in 'partition'") }
            let parts = text.parts(separatedBy: separator, limit: 1, fromEnd: fromEnd)
            let missing = fromEnd ? ["", "", text] : [text, "", ""]
            let texts = parts.count == 2 ? [parts[0], separator, parts[1]] : missing
            return try interpreter.sequence(texts.map(RuntimeValue.string), .tuple)
        }
    }
}

extension TemplateInterpreter {
    /// `text` with `old` replaced by `new`, `limit` times if it is not negative; an empty `old` is
    /// found around every character.
    func replace(
        _ old: String, with new: String, in text: String, limit: Int?
    ) throws(ChatTemplateError) -> RuntimeValue {
        try charge(text.utf8.count)
        let limit = limit.map { $0 < 0 ? Int.max : $0 } ?? .max
        guard !old.isEmpty else { return try interleaved(text, with: new, limit: limit) }
        let parts = text.parts(separatedBy: old, limit: limit)
        try checkSize(text.utf8.count, plus: parts.count, times: new.utf8.count)
        return try string(parts.joined(separator: new))
    }

    private func interleaved(
        _ text: String, with new: String, limit: Int
    ) throws(ChatTemplateError) -> RuntimeValue {
        try checkSize(text.utf8.count, plus: text.utf8.count + 1, times: new.utf8.count)
        var result = ""
        var count = 0
        for scalar in text.unicodeScalars {
            if count < limit { result += new }
            count += 1
            result.unicodeScalars.append(scalar)
        }
        if count < limit { result += new }
        return try string(result)
    }

    /// Checks the size of a text before it is made.
    private func checkSize(
        _ size: Int, plus count: Int, times length: Int
    ) throws(ChatTemplateError) {
        let (product, overflow) = count.multipliedReportingOverflow(by: length)
        guard !overflow, product <= 2 * TemplateLimits.outputBytes else { throw .outputLimit }
        try charge(size + product)
    }
}
