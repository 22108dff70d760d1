public import BitNetTokenizers

/// A tool that a model may call: a name, what it does, and the JSON Schema of its arguments.
public struct ToolDefinition: Sendable, Equatable {
    /// The name: 1 to 64 letters, digits, `_`, `-` and `.`.
    public let name: String
    /// What the tool does, for the model.
    public let description: String?
    /// The JSON Schema of the arguments, which are an object.
    public let parameters: String
    /// The schema as templates see it.
    public let parametersValue: TemplateValue

    /// A tool; without `parameters` it takes none.
    ///
    /// Throws where the name is not one, or the parameters are no JSON object. Whether arguments can
    /// be held to the schema is found out when it is compiled.
    public init(
        name: String, description: String? = nil,
        parameters: String = #"{"type": "object", "properties": {}}"#
    ) throws(ToolError) {
        guard Self.isName(name) else {
            throw ToolError(
                "expected a name of 1 to 64 letters, digits, '_', '-' and '.', found \"\(name)\"",
                tool: nil)
        }
        let value: TemplateValue
        do {
            value = try TemplateValue(json: parameters)
        } catch {
            throw ToolError("the parameters are no JSON Schema: \(error)", tool: name)
        }
        guard case .object = value else {
            throw ToolError(
                "the parameters are no JSON Schema: expected an object", tool: name)
        }
        self.name = name
        self.description = description
        self.parameters = parameters
        parametersValue = value
    }

    private static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                    UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// The tool as `transformers` hands it to templates: `{"type": "function", "function": {"name",
    /// "description", "parameters"}}`.
    public var templateValue: TemplateValue {
        [
            "type": "function",
            "function": [
                "name": .string(name), "description": .string(description ?? ""),
                "parameters": parametersValue,
            ],
        ]
    }
}

/// Whether and what a model must call.
public enum ToolChoice: Sendable, Equatable {
    /// The model may answer or call.
    case automatic
    /// The model calls one tool at least.
    case required
    /// The model calls this tool.
    case named(String)
    /// The model answers.
    case none
}

/// Why tools can't be used.
public struct ToolError: Error, Sendable, CustomStringConvertible {
    /// What was found, what was expected and what to do.
    public let message: String
    /// The name of the tool, if it is one tool's fault.
    public let tool: String?

    init(_ message: String, tool: String?) {
        self.message = message
        self.tool = tool
    }

    /// The message, with the tool's name in front.
    public var description: String { tool.map { "tool \($0): \(message)" } ?? message }
}
