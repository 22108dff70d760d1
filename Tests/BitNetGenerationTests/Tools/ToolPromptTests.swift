import BitNetGeneration
import BitNetTestSupport
import BitNetTokenizers
import Foundation
import Testing

/// Conversations with tools in the forms of templates.
struct ToolPromptTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Tools/chat_templates")

    private static func template(_ name: String) throws -> ChatTemplate {
        let file = folder.appending(path: name + ".jinja")
        return try ChatTemplate(String(contentsOf: file, encoding: .utf8))
    }

    private static func tools() throws -> [ToolDefinition] {
        [
            try ToolDefinition(
                name: "add", description: "Adds.",
                parameters: #"{"type": "object", "properties": {"a": {"type": "number"}}}"#),
            try ToolDefinition(name: "now"),
        ]
    }

    private static let messages: [ChatMessage] = [
        .user("What is 1 + 2, and when?"),
        .assistant(
            "",
            calls: [
                ToolCall(id: "call00001", name: "add", arguments: #"{"a": 1}"#),
                ToolCall(id: "call00002", name: "now", arguments: "{}"),
            ]),
        .tool("3", callID: "call00001", name: "add"),
        .tool("noon", callID: "call00002", name: "now"),
    ]

    private func render(_ name: String, _ messages: [ChatMessage] = Self.messages) throws -> String
    {
        let template = try Self.template(name)
        let prompt = try ToolPrompt(messages, tools: try Self.tools(), template: template)
        return try template.render(
            messages: prompt.messages, addGenerationPrompt: true, beginningOfText: "<s>",
            endOfText: "</s>", variables: prompt.variables)
    }

    @Test func formsAreThoseOfTheTemplates() throws {
        for name in ["hermes-tools", "qwen-2.5", "falcon-3", "bitnet", "llama-3", "chatml"] {
            #expect(ToolForm(of: try Self.template(name)) == .hermes, "\(name)")
        }
        #expect(ToolForm(of: try Self.template("llama-3.2")) == .llama)
    }

    /// Templates with tools get them, calls and results as they are.
    @Test(arguments: ["hermes-tools", "qwen-2.5", "falcon-3"])
    func templatesWithTools(name: String) throws {
        let text = try render(name)
        #expect(text.contains(#""name": "add""#))
        #expect(text.contains(#"{"a": 1}"#) || text.contains("\"a\": 1"))
        #expect(text.contains("<tool_response>\n3\n</tool_response>"))
        #expect(text.contains("<tool_response>\nnoon\n</tool_response>"))
    }

    /// Llama takes one call a message: each call is followed by its own result.
    @Test func llamaTakesOneCallAMessage() throws {
        let text = try render("llama-3.2")
        let parts = [
            #"{"name": "add", "parameters": {"a": 1}}<|eot_id|>"#,
            "ipython<|end_header_id|>\n\n\"3\"",
            #"{"name": "now", "parameters": {}}<|eot_id|>"#, "\"noon\"",
        ]
        var rest = text[...]
        for part in parts {
            let range = try #require(rest.range(of: part), "\(part) in \(text)")
            rest = rest[range.upperBound...]
        }
    }

    /// A template without tools has them described by the system, and calls as text.
    @Test func templatesWithoutTools() throws {
        let text = try render("bitnet", [.system("Be brief.")] + Self.messages)
        #expect(text.hasPrefix("<s>System: Be brief.\n\nYou may call tools"))
        #expect(
            text.contains(
                #"{"name": "add", "description": "Adds.", "parameters": {"type": "object", "properties": {"a": {"type": "number"}}}}"#
            ))
        #expect(
            text.contains(
                "Assistant: <tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1}}\n</tool_call>\n"
                    + "<tool_call>\n{\"name\": \"now\", \"arguments\": {}}\n</tool_call><|eot_id|>")
        )
        #expect(
            text.contains(
                "User: <tool_response>\n3\n</tool_response>\n<tool_response>\nnoon\n</tool_response>"
            ))
    }

    @Test func definitionsThatAreNone() {
        for name in ["", "a b", "ä", String(repeating: "a", count: 65), "a\"b"] {
            #expect(throws: ToolError.self) { try ToolDefinition(name: name) }
        }
        for parameters in ["", "[]", "{", "true", "\"a\""] {
            #expect(throws: ToolError.self) {
                try ToolDefinition(name: "f", parameters: parameters)
            }
        }
    }

    /// Messages without calls are coded as they always were.
    @Test func messagesAreCodedWithoutWhatTheyDoNotHave() throws {
        let plain = try JSONEncoder().encode(ChatMessage.user("a"))
        #expect(
            try JSONSerialization.jsonObject(with: plain) as? [String: String]
                == ["role": "user", "content": "a"])
        for message in Self.messages {
            let data = try JSONEncoder().encode(message)
            #expect(try JSONDecoder().decode(ChatMessage.self, from: data) == message)
        }
    }
}
