public import BitNetTokenizers

/// A conversation with tools in the form that a template can render.
public struct ToolPrompt: Sendable {
    /// The messages for the template.
    public let messages: [ChatMessage]
    /// Further variables for the template.
    public let variables: [String: TemplateValue]

    /// Puts `tools` and the calls and results in `messages` into the form of `template`.
    ///
    /// A template that mentions `tools` gets them as a variable, and calls and results as they are;
    /// where its form knows only one call a message, several become messages of their own, each with
    /// its result behind it. For any other template the tools are described in the system message
    /// (``instructions``), calls are written in Hermes's form and results as `<tool_response>` in
    /// messages of the user.
    public init(
        _ messages: [ChatMessage], tools: [ToolDefinition], template: ChatTemplate
    ) throws(ChatTemplateError) {
        if template.mentions("tools") {
            let isSingle = !ToolForm(of: template).allowsParallelCalls
            self.messages = isSingle ? Self.oneCallEach(messages) : messages
            variables =
                tools.isEmpty ? [:] : ["tools": .array(tools.map(\.templateValue))]
        } else {
            let written = try Self.written(messages)
            self.messages = tools.isEmpty ? written : try Self.instructed(written, tools)
            variables = [:]
        }
    }

    /// What a model without a form of its own is told, as a template over `tools`.
    public static let instructions = """
        You may call tools to help with the request. These are the tools, with the JSON Schema of \
        their arguments:
        <tools>
        {% for tool in tools %}{{ tool.function | tojson }}
        {% endfor %}</tools>
        To call a tool, answer with its name and its arguments as JSON between these tags, one pair of \
        tags for each call:
        <tool_call>
        {"name": "the tool's name", "arguments": {"an argument": "its value"}}
        </tool_call>
        The results come back between <tool_response> and </tool_response>.
        """

    private static let call = """
        <tool_call>
        {"name": {{ call.function.name | tojson }}, "arguments": \
        {% if call.function.arguments is string %}{{ call.function.arguments }}{% else %}\
        {{ call.function.arguments | tojson }}{% endif %}}
        </tool_call>
        """

    /// Messages with the description of the tools behind what the system says, if it says something.
    private static func instructed(
        _ messages: [ChatMessage], _ tools: [ToolDefinition]
    ) throws(ChatTemplateError) -> [ChatMessage] {
        let text = try ChatTemplate(instructions).render(
            ["tools": .array(tools.map(\.templateValue))])
        guard var first = messages.first, first.role == "system" || first.role == "developer" else {
            return [.system(text)] + messages
        }
        first.content += "\n\n" + text
        return [first] + messages.dropFirst()
    }

    /// Calls and results as plain text; results that follow each other are one message.
    private static func written(
        _ messages: [ChatMessage]
    ) throws(ChatTemplateError) -> [ChatMessage] {
        var written: [ChatMessage] = []
        var followsResult = false
        for var message in messages {
            let isResult = message.role == "tool"
            if isResult {
                let text = "<tool_response>\n" + message.content + "\n</tool_response>"
                if followsResult {
                    written[written.count - 1].content += "\n" + text
                } else {
                    written.append(.user(text))
                }
            } else {
                for call in message.toolCalls {
                    if !message.content.isEmpty { message.content += "\n" }
                    message.content += try ChatTemplate(Self.call).render(
                        ["call": TemplateValue(call)])
                }
                message.toolCalls = []
                written.append(message)
            }
            followsResult = isResult
        }
        return written
    }

    /// Messages with at most one call, each followed by its result where there is one.
    private static func oneCallEach(_ messages: [ChatMessage]) -> [ChatMessage] {
        var parted: [ChatMessage] = []
        var index = messages.startIndex
        while index < messages.endIndex {
            let message = messages[index]
            index += 1
            guard message.toolCalls.count > 1 else {
                parted.append(message)
                continue
            }
            let results = messages[index...].prefix { $0.role == "tool" }
            index += results.count
            for (place, call) in message.toolCalls.enumerated() {
                parted.append(.assistant(place == 0 ? message.content : "", calls: [call]))
                parted += results.filter { $0.toolCallID == call.id }
            }
            let ids = message.toolCalls.map(\.id)
            parted += results.filter { result in !ids.contains { $0 == result.toolCallID } }
        }
        return parted
    }
}
