internal import BitNetTokenizers

/// The texts that a model may write when it has tools.
struct ToolGrammar {
    /// The most calls of one message.
    static let callLimit = 8

    private let form: ToolForm
    private var grammar = Grammar()

    /// The grammar of messages: calls as `choice` says, with arguments that satisfy their schemas, and
    /// where the model may answer instead, text that is no call, or that satisfies `content`.
    static func grammar(
        _ tools: [ToolDefinition], _ choice: ToolChoice, _ form: ToolForm, parallel: Bool,
        content: Grammar?
    ) throws(ToolError) -> Grammar {
        var builder = ToolGrammar(form: form)
        let root = builder.grammar.add("the message", .expression(.never))
        var allowed = tools
        if case .named(let name) = choice { allowed = tools.filter { $0.name == name } }
        var one: [GrammarExpression] = []
        for tool in allowed { one.append(try builder.call(tool)) }
        let call = builder.grammar.call("a call", .choice(one))
        var isSingle = !parallel || !form.allowsParallelCalls
        if case .named = choice { isSingle = true }
        let calls = isSingle ? call : several(call)
        var message = calls
        if choice == .automatic {
            if let content {
                message = .choice([builder.grammar.include(content), calls])
            } else {
                message =
                    form == .llama
                    ? .choice([bracelessText, calls])
                    : .sequence([.automaton(untaggedText), .optional(calls)])
            }
        }
        builder.grammar.rules[root].body = .expression(message)
        return builder.grammar
    }

    private init(form: ToolForm) { self.form = form }

    /// A call of one tool: its name is written out, its arguments satisfy its schema.
    private mutating func call(_ tool: ToolDefinition) throws(ToolError) -> GrammarExpression {
        let arguments: GrammarExpression
        do {
            arguments = grammar.include(
                try SchemaCompiler.grammar(of: Array(tool.objectParameters.utf8)))
        } catch {
            throw ToolError("the parameters can't be honoured: \(error)", tool: tool.name)
        }
        let head = "{\"name\": \"\(tool.name)\", \"\(form.argumentsKey)\": "
        guard form == .hermes else { return .sequence([.text(head), arguments, .text("}")]) }
        return .sequence([
            .text(ToolForm.open + "\n" + head), arguments, .text("}\n" + ToolForm.close),
        ])
    }

    private static func several(_ call: GrammarExpression) -> GrammarExpression {
        .sequence([
            call,
            .repeated(.sequence([.text("\n"), call]), minimum: 0, maximum: callLimit - 1),
        ])
    }

    /// Text without the tag that begins a call: the place is how much of the tag has been written.
    private static var untaggedText: ByteAutomaton {
        let tag = Array(ToolForm.open.utf8)
        let automaton = ByteAutomaton(from: 0, limit: tag.count + 1, isFinal: { _ in true }) {
            place, byte in
            // Its first byte comes once in the tag, so that a mismatch begins anew.
            if byte == tag[place] { return place + 1 < tag.count ? place + 1 : nil }
            return byte == tag[0] ? 1 : 0
        }
        return automaton ?? ByteAutomaton(states: [])
    }

    /// Text that does not begin with a brace, in front of which white space counts as nothing.
    private static var bracelessText: GrammarExpression {
        var first = ByteSet()
        for byte in UInt8.min...UInt8.max where byte != UInt8(ascii: "{") && !byte.isJSONSpace {
            first.insert(byte...byte)
        }
        return .optional(
            .sequence([
                .byte(first), .repeated(.byte(ByteSet(0...255)), minimum: 0, maximum: nil),
            ]))
    }
}

extension ToolDefinition {
    /// The schema, whose type is an object where it does not say: `{}` is a tool of any arguments.
    var objectParameters: String {
        let shapes = ["type", "$ref", "anyOf", "oneOf", "allOf"]
        guard case .object(let object) = parametersValue,
            !object.entries.contains(where: { shapes.contains($0.key) })
        else { return parameters }
        let body = parameters.drop { $0 != "{" }.dropFirst()
        return "{\"type\": \"object\"" + (object.entries.isEmpty ? "" : ",") + body
    }
}

extension OutputConstraint {
    /// Messages of a model that has tools.
    ///
    /// With `ToolChoice.automatic` these are texts, with or without calls behind them; otherwise
    /// calls alone. `form` is the one that the model writes calls in, `parallel` allows several (up to
    /// 8 a message), and `content` is a schema or a grammar for answers that are no call. Throws a
    /// ``ToolError`` that names the tool whose schema can't be honoured.
    public convenience init(
        tools: [ToolDefinition], choice: ToolChoice, form: ToolForm, parallel: Bool = true,
        content: Source? = nil, vocabulary: ConstraintVocabulary
    ) throws {
        try self.init(
            ToolGrammar.grammar(
                tools, choice, form, parallel: parallel, content: content?.grammar()),
            vocabulary)
    }

    /// Where the texts of a constraint are described.
    public enum Source: Sendable, Hashable {
        /// A JSON Schema.
        case jsonSchema(String)
        /// A grammar in llama.cpp's GBNF.
        case grammar(String)

        func grammar() throws(ConstraintError) -> Grammar {
            switch self {
            case .jsonSchema(let text): try SchemaCompiler.grammar(of: Array(text.utf8))
            case .grammar(let text): try GBNFParser.parse(Array(text.utf8))
            }
        }
    }

    /// Texts that satisfy what `source` describes.
    public convenience init(
        _ source: Source, vocabulary: ConstraintVocabulary
    ) throws(ConstraintError) {
        try self.init(source.grammar(), vocabulary)
    }
}
