/// What a Hugging Face `tokenizer_config.json` says that `tokenizer.json` does not.
public struct TokenizerConfigurationFile: Sendable {
    /// A chat template with its name; models with one template call it `default`.
    public struct NamedTemplate: Sendable, Equatable {
        /// The name, such as `default` or `tool_use`.
        public let name: String
        /// The template in the Jinja language.
        public let source: String
    }

    /// The text of the token that begins a text (`bos_token`).
    public let beginningOfText: String?
    /// The text of the token that ends a text (`eos_token`).
    public let endOfText: String?
    /// Whether encoding puts the begin-of-text token in front (`add_bos_token`).
    public let addsBeginningOfText: Bool?
    /// The chat templates, in the order of the file.
    public let chatTemplates: [NamedTemplate]

    /// The template called `default`, otherwise the first one.
    public var chatTemplate: String? {
        (chatTemplates.first { $0.name == "default" } ?? chatTemplates.first)?.source
    }

    /// Reads the bytes of a `tokenizer_config.json`.
    ///
    /// Values that are absent or null are nil; a value of a wrong type is an error.
    public init(json: [UInt8]) throws(TokenizerError) {
        let root = try JSONDocument(json, file: Self.file).root
        guard root.kind == .object else {
            throw root.mismatch(Self.file, expected: "an object")
        }
        beginningOfText = try Self.token(root, "bos_token")
        endOfText = try Self.token(root, "eos_token")
        addsBeginningOfText = try root.optionalBool("add_bos_token", in: Self.file)
        chatTemplates = try Self.templates(root)
    }

    /// The same with the chat template of a file of its own, `chat_template.jinja`, which goes before
    /// those of the configuration.
    public init(json: [UInt8], chatTemplate: [UInt8]) throws(TokenizerError) {
        let file = try Self(json: json)
        beginningOfText = file.beginningOfText
        endOfText = file.endOfText
        addsBeginningOfText = file.addsBeginningOfText
        let own = NamedTemplate(
            name: "default", source: String(decoding: chatTemplate, as: UTF8.self))
        chatTemplates = [own] + file.chatTemplates
    }

    private static let file = "tokenizer_config.json"

    /// A token given as a string, or as an object with the string in `content`.
    private static func token(_ root: JSONValue, _ key: String) throws(TokenizerError) -> String? {
        guard let value = root.member(key), !value.isNull else { return nil }
        guard let text = value.string ?? value.member("content")?.string else {
            throw value.mismatch("\(file): \(key)", expected: "a string, or an object with content")
        }
        return text
    }

    private static func templates(_ root: JSONValue) throws(TokenizerError) -> [NamedTemplate] {
        guard let value = root.member("chat_template"), !value.isNull else { return [] }
        if let source = value.string { return [NamedTemplate(name: "default", source: source)] }
        guard value.kind == .array else {
            throw value.mismatch("\(file): chat_template", expected: "a string or a list")
        }
        var templates: [NamedTemplate] = []
        for item in value.elements {
            guard let name = item.member("name")?.string,
                let source = item.member("template")?.string
            else {
                throw item.mismatch("\(file): chat_template", expected: "a name and a template")
            }
            templates.append(NamedTemplate(name: name, source: source))
        }
        return templates
    }
}
