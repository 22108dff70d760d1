extension TemplateParser {
    /// Parses attributes, subscripts and calls.
    mutating func parsePostfixes() throws(ChatTemplateError) -> [TemplatePostfix] {
        var steps: [TemplatePostfix] = []
        while true {
            if skip(.dot) {
                steps.append(try parseAttribute())
            } else if skip(.leftBracket) {
                steps.append(try parseSubscript())
            } else if current == .symbol(.leftParenthesis) {
                steps.append(.call(try parseArguments()))
            } else {
                return steps
            }
        }
    }

    /// Parses `|` filters, `is` tests and calls of their results.
    mutating func parseFiltersAndTests(
        into steps: inout [TemplatePostfix]
    ) throws(ChatTemplateError) {
        while true {
            if skip(.pipe) {
                steps.append(.filter(try parseFilter()))
            } else if skip(word: "is") {
                steps.append(try parseTest())
            } else if current == .symbol(.leftParenthesis) {
                steps.append(.call(try parseArguments()))
            } else {
                return
            }
        }
    }

    private mutating func parseAttribute() throws(ChatTemplateError) -> TemplatePostfix {
        switch current {
        case .name(let name):
            advance()
            return .attribute(name)
        case .integer(let index):
            advance()
            return .item(.constant(.integer(index)))
        default:
            throw failure("expected a name or a number after '.', found \(current.description)")
        }
    }

    private mutating func parseSubscript() throws(ChatTemplateError) -> TemplatePostfix {
        let start = current == .symbol(.colon) ? nil : try parseExpression()
        guard skip(.colon) else {
            try expect(.symbol(.rightBracket))
            guard let start else { throw failure("an empty subscript") }
            return .item(start)
        }
        let stop = try parseSliceBound()
        let step = skip(.colon) ? try parseSliceBound() : nil
        try expect(.symbol(.rightBracket))
        return .slice(TemplateSlice(start: start, stop: stop, step: step))
    }

    private mutating func parseSliceBound() throws(ChatTemplateError) -> TemplateExpression? {
        if current == .symbol(.colon) || current == .symbol(.rightBracket) { return nil }
        return try parseExpression()
    }

    /// Parses the arguments of a call with their parentheses.
    mutating func parseArguments() throws(ChatTemplateError) -> TemplateArguments {
        var arguments = TemplateArguments()
        try expect(.symbol(.leftParenthesis))
        while current != .symbol(.rightParenthesis) {
            if current == .symbol(.multiply) || current == .symbol(.power) {
                throw failure("argument unpacking with '*' is not supported", code: .unsupported)
            }
            try parseArgument(into: &arguments)
            guard skip(.comma) else { break }
        }
        try expect(.symbol(.rightParenthesis))
        return arguments
    }

    private mutating func parseArgument(
        into arguments: inout TemplateArguments
    ) throws(ChatTemplateError) {
        if case .name(let name) = current, next == .symbol(.assign) {
            advance()
            advance()
            guard !arguments.keywords.contains(where: { $0.name == name }) else {
                throw failure("the argument '\(name)' is given twice")
            }
            arguments.keywords.append(.init(name: name, value: try parseExpression()))
            return
        }
        guard arguments.keywords.isEmpty else {
            throw failure("a positional argument follows a keyword argument")
        }
        arguments.positional.append(try parseExpression())
    }

    /// Parses the name and arguments of a filter, after its `|`.
    mutating func parseFilter() throws(ChatTemplateError) -> TemplateApplication {
        let name = try parseDottedName()
        if TemplateFilters.all[name] == nil, conditionalDepth == 0 {
            unknownNames.append(
                failure("the filter '\(name)' is not supported", code: .unsupported))
        }
        let hasArguments = current == .symbol(.leftParenthesis)
        return TemplateApplication(
            name: name, arguments: hasArguments ? try parseArguments() : TemplateArguments())
    }

    private mutating func parseTest() throws(ChatTemplateError) -> TemplatePostfix {
        let isNegated = skip(word: "not")
        let name = try parseDottedName()
        if TemplateTests.all[name] == nil, conditionalDepth == 0 {
            unknownNames.append(
                failure("the test '\(name)' is not supported", code: .unsupported))
        }
        let application = TemplateApplication(name: name, arguments: try parseTestArguments())
        return .test(application, isNegated: isNegated)
    }

    private mutating func parseDottedName() throws(ChatTemplateError) -> String {
        var name = try expectName()
        while skip(.dot) { name += "." + (try expectName()) }
        return name
    }

    /// Parses `(…)` or a single operand without parentheses, as in `is divisibleby 3`.
    private mutating func parseTestArguments() throws(ChatTemplateError) -> TemplateArguments {
        switch current {
        case .symbol(.leftParenthesis):
            return try parseArguments()
        case .name("else"), .name("or"), .name("and"):
            return TemplateArguments()
        case .name("is"):
            throw failure("tests cannot be chained with 'is'")
        case .name, .string, .integer, .number, .symbol(.leftBracket), .symbol(.leftBrace):
            let base = try parsePrimary()
            let steps = try parsePostfixes()
            return TemplateArguments(positional: [steps.isEmpty ? base : .postfix(base, steps)])
        default:
            return TemplateArguments()
        }
    }
}
