extension TemplateMethods {
    /// A method of strings and its parameters.
    struct StringMethod: Sendable {
        let parameters: [String]
        let call: Method

        init(_ parameters: [String], _ call: @escaping Method) {
            self.parameters = parameters
            self.call = call
        }

        /// A method without arguments that gives another string.
        init(_ transform: @escaping @Sendable (String) -> String) {
            self.init([]) { (interpreter, text, _) throws(ChatTemplateError) in
                try interpreter.string(transform(text))
            }
        }

        /// A method without arguments that asks about all characters.
        init(all predicate: @escaping @Sendable (Unicode.Scalar) -> Bool) {
            self.init([]) { (_, text, _) throws(ChatTemplateError) in
                .bool(text.isAll(predicate))
            }
        }
    }

    /// The methods of strings but `format`, which takes any arguments.
    static let strings: [String: StringMethod] =
        [cases, questions, searches, divisions, paddings].reduce(into: [:]) { all, group in
            all.merge(group) { first, _ in first }
        }

    private static let cases: [String: StringMethod] = [
        "upper": StringMethod { $0.uppercased() },
        "lower": StringMethod { $0.lowercased() },
        "capitalize": StringMethod(\.pythonCapitalized),
        "title": StringMethod(\.pythonTitled),
        "swapcase": StringMethod(\.pythonSwapped),
    ]

    private static let questions: [String: StringMethod] = [
        "isspace": StringMethod(all: \.isPythonSpace),
        "isalpha": StringMethod(all: \.isPythonLetter),
        "isdecimal": StringMethod(all: \.isPythonDecimal),
        "isdigit": StringMethod(all: \.isPythonDigit),
        "isnumeric": StringMethod(all: { $0.properties.numericType != nil }),
        "isalnum": StringMethod(all: { $0.isPythonLetter || $0.properties.numericType != nil }),
        "isupper": StringMethod([]) { (_, text, _) throws(ChatTemplateError) in
            .bool(text.hasOnlyCase(upper: true))
        },
        "islower": StringMethod([]) { (_, text, _) throws(ChatTemplateError) in
            .bool(text.hasOnlyCase(upper: false))
        },
    ]

    private static let searches: [String: StringMethod] = [
        "startswith": StringMethod(["prefix"]) {
            (_, text, arguments) throws(ChatTemplateError) in
            .bool(try affixes(arguments).contains { text.startsText($0) })
        },
        "endswith": StringMethod(["suffix"]) {
            (_, text, arguments) throws(ChatTemplateError) in
            .bool(try affixes(arguments).contains { text.endsText($0) })
        },
        "find": StringMethod(["sub"]) { (_, text, arguments) throws(ChatTemplateError) in
            .integer(text.scalarOffset(of: try arguments.requiredString(0)))
        },
        "rfind": StringMethod(["sub"]) { (_, text, arguments) throws(ChatTemplateError) in
            .integer(text.scalarOffset(of: try arguments.requiredString(0), last: true))
        },
        "count": StringMethod(["sub"]) { (_, text, arguments) throws(ChatTemplateError) in
            let part = try arguments.requiredString(0)
            return .integer(
                part.isEmpty
                    ? text.unicodeScalars.count + 1
                    : ByteSearch(Array(part.utf8)).matches(in: text.utf8).count)
        },
        "replace": StringMethod(["old", "new", "count"]) {
            (interpreter, text, arguments) throws(ChatTemplateError) in
            try interpreter.replace(
                try arguments.requiredString(0), with: try arguments.requiredString(1), in: text,
                limit: try arguments.integer(2))
        },
    ]

    /// One text, or the texts of a tuple.
    private static func affixes(
        _ arguments: BoundArguments
    ) throws(ChatTemplateError) -> [String] {
        guard case .sequence(let sequence)? = arguments[0], sequence.kind == .tuple else {
            return [try arguments.requiredString(0)]
        }
        let texts = sequence.items.compactMap(\.stringValue)
        guard texts.count == sequence.items.count else {
            throw .invalid("'\(arguments.function)' needs a tuple of strings")
        }
        return texts
    }
}
