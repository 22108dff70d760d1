#if Server
import BitNetGeneration
import BitNetTokenizers

/// The chat template in use and where it comes from.
struct ServedTemplate: Sendable {
    let template: ChatTemplate
    /// `model` for the model's own, a built-in name, or `file`.
    let name: String
    /// How the model writes calls of tools.
    let toolForm: ToolForm

    /// The templates that come with the server.
    static let builtIn: [String: String] = [
        // Only what was said, a line each: a model that was not trained to answer goes on with it.
        "plain": "{{ messages | map(attribute='content') | join('\\n') }}",
        "llama3": """
        {{ bos_token }}{% for message in messages %}\
        {{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' \
        + message['content'] | trim + '<|eot_id|>' }}{% endfor %}\
        {% if add_generation_prompt %}\
        {{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}
        """,
        "chatml": """
        {% for message in messages %}\
        {{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}\
        {% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
        """,
    ]

    /// The template that was asked for, or the model's own; `plain` for a model that has none.
    ///
    /// Throws where the one asked for is no template, or the model's own can't be used.
    init(_ choice: ServerConfiguration.Template, for model: LanguageModel) throws {
        switch choice {
        case .model:
            if let error = model.chatTemplateError {
                throw ServerError(
                    "the model's chat template can't be used: \(error); give another with "
                        + "--chat-template")
            }
            template = try model.chatTemplate ?? ChatTemplate(Self.builtIn["plain"] ?? "")
            name = model.chatTemplate == nil ? "plain" : "model"
        case .builtIn(let name):
            guard let source = Self.builtIn[name] else {
                throw ServerError(
                    "there is no chat template \(name); expected one of "
                        + Self.builtIn.keys.sorted().joined(separator: ", "))
            }
            template = try ChatTemplate(source)
            self.name = name
        case .source(let source):
            do {
                template = try ChatTemplate(source)
            } catch {
                throw ServerError("the file given as chat template can't be used: \(error)")
            }
            name = "file"
        }
        toolForm = ToolForm(of: template)
    }
}
#endif
