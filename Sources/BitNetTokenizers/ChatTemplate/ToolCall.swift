/// A call of a tool that a model made.
public struct ToolCall: Sendable, Equatable, Codable {
    /// What the tool's result refers to.
    public var id: String
    /// The tool's name.
    public var name: String
    /// The arguments: the text of a JSON object.
    public var arguments: String

    /// A call of `name` with `arguments`, the text of a JSON object.
    public init(id: String, name: String, arguments: String) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}

extension TemplateValue {
    /// A call as `transformers` hands it to templates (documentation of `apply_chat_template`, "Tool
    /// use"): `{"id", "type": "function", "function": {"name", "arguments"}}`.
    ///
    /// The arguments are a dictionary there; text that is no JSON object stays a string.
    public init(_ call: ToolCall) {
        var arguments = TemplateValue.string(call.arguments)
        if let value = try? TemplateValue(json: call.arguments), case .object = value {
            arguments = value
        }
        self = [
            "id": .string(call.id), "type": "function",
            "function": ["name": .string(call.name), "arguments": arguments],
        ]
    }
}
