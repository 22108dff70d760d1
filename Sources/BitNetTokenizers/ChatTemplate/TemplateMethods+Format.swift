extension TemplateInterpreter {
    /// Python's `str.format` with fields `{}`, `{0}` and `{name}`; attributes, conversions and
    /// format specifications are refused.
    func format(
        _ text: String, _ arguments: CallArguments
    ) throws(ChatTemplateError) -> RuntimeValue {
        var result = ""
        var automatic = 0
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "{", "}":
                if rest.first == scalar {
                    rest.removeFirst()
                    result.unicodeScalars.append(scalar)
                    continue
                }
                guard scalar == "{", let end = rest.firstIndex(of: "}") else {
                    throw .invalid("a single '\(scalar)' in a format string")
                }
                let field = String(rest[..<end])
                rest = rest[rest.index(after: end)...]
                result += try self.text(of: try self.field(field, arguments, &automatic))
            default:
                result.unicodeScalars.append(scalar)
            }
            guard result.utf8.count <= TemplateLimits.outputBytes else { throw .outputLimit }
        }
        return try string(result)
    }

    private func field(
        _ name: String, _ arguments: CallArguments, _ automatic: inout Int
    ) throws(ChatTemplateError) -> RuntimeValue {
        guard !name.unicodeScalars.contains(where: { ".[!:{".unicodeScalars.contains($0) }) else {
            throw .unsupported("the format field '{\(name)}' is not supported")
        }
        if name.isEmpty || name.isAll(\.isTemplateDigit) {
            let index = name.isEmpty ? automatic : Int(name) ?? .max
            automatic += name.isEmpty ? 1 : 0
            guard arguments.positional.indices.contains(index) else {
                throw .invalid("no argument for the format field '{\(name)}'")
            }
            return arguments.positional[index]
        }
        guard let keyword = arguments.keywords.first(where: { $0.name == name }) else {
            throw .invalid("no argument for the format field '{\(name)}'")
        }
        return keyword.value
    }
}
