/// The evaluated arguments of a call.
struct CallArguments {
    struct Keyword {
        let name: String
        let value: RuntimeValue
    }

    var positional: [RuntimeValue] = []
    var keywords: [Keyword] = []

    /// The arguments of `function` by the order of `parameters`.
    func bound(
        to parameters: [String], of function: String
    ) throws(ChatTemplateError) -> BoundArguments {
        guard positional.count <= parameters.count else {
            throw .invalid(
                "'\(function)' takes at most \(parameters.count) arguments, found "
                    + "\(positional.count)")
        }
        var values: [RuntimeValue?] = positional
        values += Array(repeating: nil, count: parameters.count - positional.count)
        for keyword in keywords {
            guard let place = parameters.firstIndex(of: keyword.name) else {
                throw .invalid("'\(function)' has no argument named '\(keyword.name)'")
            }
            guard values[place] == nil else {
                throw .invalid("'\(function)' got the argument '\(keyword.name)' twice")
            }
            values[place] = keyword.value
        }
        return BoundArguments(function: function, parameters: parameters, values: values)
    }
}

/// The arguments of a call in the order of its parameters; `nil` where none was given.
struct BoundArguments {
    let function: String
    let parameters: [String]
    let values: [RuntimeValue?]

    subscript(place: Int) -> RuntimeValue? { values[place] }

    /// The argument at `place`, which has no default.
    func required(_ place: Int) throws(ChatTemplateError) -> RuntimeValue {
        guard let value = values[place] else {
            throw .invalid("'\(function)' needs the argument '\(parameters[place])'")
        }
        return value
    }

    /// The text at `place`, or `nil` if it is not given or `None`.
    func string(_ place: Int) throws(ChatTemplateError) -> String? {
        guard let value = values[place] else { return nil }
        if case .null = value { return nil }
        guard let text = value.stringValue else { throw mismatch(place, "a string", value) }
        return text
    }

    /// The text at `place`, which has no default.
    func requiredString(_ place: Int) throws(ChatTemplateError) -> String {
        let value = try required(place)
        guard let text = value.stringValue else { throw mismatch(place, "a string", value) }
        return text
    }

    /// The whole number at `place`, or `nil` if it is not given or `None`.
    func integer(_ place: Int) throws(ChatTemplateError) -> Int? {
        guard let value = values[place] else { return nil }
        if case .null = value { return nil }
        guard let integer = value.integerValue else { throw mismatch(place, "an integer", value) }
        return integer
    }

    /// The truth of the argument at `place`, false if it is not given.
    func flag(_ place: Int) -> Bool { values[place]?.isTruthy ?? false }

    private func mismatch(
        _ place: Int, _ expected: String, _ value: RuntimeValue
    ) -> ChatTemplateError {
        if case .undefined(let name) = value { return .undefined(name) }
        return .invalid(
            "'\(function)' needs \(expected) as '\(parameters[place])', found \(value.typeName)")
    }
}
