public import BitNetTokenizers

/// How a model writes its calls.
public enum ToolForm: Sendable, Equatable {
    /// `<tool_call>` on a line, `{"name": …, "arguments": {…}}`, `</tool_call>`: the form of Hermes 2
    /// Pro, Qwen 2.5 and Falcon 3, and the one asked of models without a form of their own.
    case hermes
    /// The whole message is `{"name": …, "parameters": {…}}`: Llama 3.1 and 3.2.
    case llama

    /// What begins a call in Hermes's form.
    static let open = "<tool_call>"
    /// What ends it.
    static let close = "</tool_call>"
    /// What Llama puts in front of some calls.
    static let pythonTag = "<|python_tag|>"

    /// The form that a template's program shows the model: Llama's where it names `parameters` in a
    /// call and no tags, otherwise Hermes's.
    public init(of template: ChatTemplate) {
        let source = template.source
        let isLlama =
            template.mentions("tools") && !source.contains("tool_call>")
            && (source.contains(Self.pythonTag) || source.contains("\"parameters\": "))
        self = isLlama ? .llama : .hermes
    }

    /// The key of the arguments in a call.
    var argumentsKey: String { self == .llama ? "parameters" : "arguments" }

    /// Whether a message may hold several calls.
    ///
    /// Llama's templates refuse more than one.
    var allowsParallelCalls: Bool { self == .hermes }
}
