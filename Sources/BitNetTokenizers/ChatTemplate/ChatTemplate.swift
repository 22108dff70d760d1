/// A chat template: the Jinja program of a checkpoint that turns a conversation into a prompt.
///
/// The language is the part of Jinja 3.1 that published templates use, with the settings of
/// `transformers`: `trim_blocks` and `lstrip_blocks` on, loop controls, `raise_exception`,
/// `strftime_now`, `tojson` without HTML escaping, and values that cannot be changed in place.
/// What is not supported is refused by name. Rendering is bounded in depth, work and output, so
/// that a template from elsewhere cannot crash or hang the program.
///
/// A template is immutable and may be rendered by several threads at once.
public struct ChatTemplate: Sendable {
    /// The text of the template.
    public let source: String
    /// Where `strftime_now` takes the time from.
    public var clock: TemplateClock
    private let body: [TemplateStatement]

    /// Parses a template.
    ///
    /// Throws `syntax`, `unsupported` and `limit` errors with the line and column. Cost: linear
    /// in the length of the source.
    public init(_ source: String) throws(ChatTemplateError) {
        try self.init(source, clock: .system)
    }

    /// Parses a template whose `strftime_now` asks `clock`.
    public init(_ source: String, clock: TemplateClock) throws(ChatTemplateError) {
        self.source = source
        self.clock = clock
        body = try TemplateParser.parse(source)
    }

    /// Whether the program reads or sets a variable of that name; `tools` tells whether a model was
    /// trained to call them.
    public func mentions(_ name: String) -> Bool {
        var lexer = TemplateLexer(source: TemplateSource(source))
        let tokens = (try? lexer.tokenize()) ?? []
        return tokens.contains { $0.kind == .name(name) }
    }

    /// The prompt of a conversation.
    ///
    /// As in `transformers`, the template sees `messages`, `add_generation_prompt`, `bos_token`,
    /// `eos_token`, and `tools` and `documents`, which are `None` unless `variables` has them;
    /// `variables` go before all of these. Errors of code `raised` carry the template's words.
    public func render(
        messages: [ChatMessage], addGenerationPrompt: Bool, beginningOfText: String,
        endOfText: String, variables: [String: TemplateValue] = [:]
    ) throws(ChatTemplateError) -> String {
        let context: [String: TemplateValue] = [
            "messages": .array(messages.map { TemplateValue($0) }),
            "add_generation_prompt": .bool(addGenerationPrompt),
            "bos_token": .string(beginningOfText),
            "eos_token": .string(endOfText),
            "tools": .null,
            "documents": .null,
        ]
        return try render(context.merging(variables) { _, variable in variable })
    }

    /// The text of the template with exactly the variables of `context`.
    public func render(_ context: [String: TemplateValue]) throws(ChatTemplateError) -> String {
        var values: [String: RuntimeValue] = [:]
        values.reserveCapacity(context.count)
        for (name, value) in context {
            values[name] = try TemplateInterpreter.runtimeValue(value)
        }
        return try TemplateInterpreter(context: values, clock: clock).render(body)
    }
}
