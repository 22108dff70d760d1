#if Server
import BitNetTokenizers
import BitNetGeneration

/// The tools of a request.
struct ServedTools: Sendable {
    let definitions: [ToolDefinition]
    var choice = ToolChoice.automatic
    /// Whether one message may hold several calls.
    var allowsParallelCalls = true

    /// The name of the field that holds them, for errors.
    static let field = "tools"

    /// Throws where a name comes twice, or the choice names no tool.
    func validated() throws(RequestError) -> ServedTools? {
        var seen: Set<String> = []
        for tool in definitions where !seen.insert(tool.name).inserted {
            throw .invalid(Self.field, found: "two tools \(tool.name)", expected: "different names")
        }
        if case .named(let name) = choice, !seen.contains(name) {
            throw .invalid(
                "tool_choice", found: "\"\(name.prefix(64))\"", expected: "the name of a tool")
        }
        if definitions.isEmpty, choice == .required {
            throw .invalid(Self.field, found: "no tools", expected: "a tool that can be called")
        }
        return definitions.isEmpty || choice == .none ? nil : self
    }

    /// A tool whose parts a dialect has found in its own places; `parameters` is a JSON Schema.
    static func definition(
        name: RequestValue, description: String?, parameters: RequestValue?
    ) throws(RequestError) -> ToolDefinition {
        let text = try name.string()
        do {
            guard let parameters else {
                return try ToolDefinition(name: text, description: description)
            }
            return try ToolDefinition(
                name: text, description: description, parameters: parameters.json.sourceText)
        } catch {
            throw RequestError(.invalid, "\(name.path): \(error)", field: name.path)
        }
    }
}

/// What the text of an answer must look like.
struct ServedShape: Sendable {
    let source: OutputConstraint.Source
    /// The field that says so, for errors.
    let field: String
    /// Any JSON object.
    static let object = OutputConstraint.Source.jsonSchema(#"{"type": "object"}"#)
}
#endif
