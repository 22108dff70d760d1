import BitNetTestSupport
import BitNetTokenizers
import Testing

/// Renderings compared with Jinja2's (`Tools/make_jinja_cases.py`) and with those of the reference
/// tokenizer.
@Suite struct ChatTemplateReferenceTests {
    struct Outcome: Decodable {
        let rendered: String?
        let raised: String?
        let error: String?
    }

    struct Snippet: Decodable {
        let source: String
        let outcome: Outcome

        enum CodingKeys: CodingKey { case source }

        init(from decoder: any Decoder) throws {
            source = try decoder.container(keyedBy: CodingKeys.self)
                .decode(String.self, forKey: .source)
            outcome = try Outcome(from: decoder)
        }
    }

    struct Conversation: Decodable {
        let template: String
        let context: String
        let outcome: Outcome

        enum CodingKeys: CodingKey { case template, context }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            template = try container.decode(String.self, forKey: .template)
            context = try container.decode(String.self, forKey: .context)
            outcome = try Outcome(from: decoder)
        }
    }

    struct JinjaFixture: Decodable {
        let now: [Int]
        let values: String
        let snippets: [Snippet]
        let templates: [String: String]
        let contexts: [String: String]
        let conversations: [Conversation]

        var clock: TemplateClock {
            .fixed(
                TemplateDate(
                    year: now[0], month: now[1], day: now[2], hour: now[3], minute: now[4],
                    second: now[5]))
        }
    }

    struct ChatFixture: Decodable {
        struct Case: Decodable {
            let template: String
            let messages: [ChatMessage]
            let add_generation_prompt: Bool
            let rendered: String
        }

        let bos_token: String
        let eos_token: String
        let templates: [String: String]
        let cases: [Case]
    }

    static let jinja = Result {
        try Fixtures.json("tokenizer/jinja_cases.json", as: JinjaFixture.self)
    }

    static func variables(_ json: String) throws -> [String: TemplateValue] {
        guard case .object(let object) = try TemplateValue(json: json) else { return [:] }
        return Dictionary(object.entries.map { ($0.key, $0.value) }) { _, last in last }
    }

    func check(
        _ source: String, _ context: [String: TemplateValue], _ expected: Outcome,
        _ clock: TemplateClock, _ label: String
    ) {
        var isParsed = false
        do {
            let template = try ChatTemplate(source, clock: clock)
            isParsed = true
            let rendered = try template.render(context)
            #expect(Array(rendered.utf8) == Array((expected.rendered ?? "").utf8), "\(label)")
            #expect(expected.rendered != nil, "\(label): Jinja refuses it, gave \(rendered)")
        } catch {
            #expect(error.line != nil, "\(label): \(error)")
            #expect(expected.rendered == nil, "\(label): \(error)")
            #expect((error.code == .raised) == (expected.raised != nil), "\(label): \(error)")
            if let raised = expected.raised { #expect(error.message == raised) }
            if expected.error == "compile" { #expect(!isParsed, "\(label): \(error)") }
            if expected.error == "unportable" { #expect(error.code == .unsupported, "\(label)") }
        }
    }

    @Test func snippetsRenderAsInJinja() throws {
        let fixture = try Self.jinja.get()
        let context = try Self.variables(fixture.values)
        #expect(fixture.snippets.count > 400)
        for snippet in fixture.snippets {
            check(snippet.source, context, snippet.outcome, fixture.clock, snippet.source)
        }
    }

    @Test func publishedTemplatesRenderAsInJinja() throws {
        let fixture = try Self.jinja.get()
        let contexts = try fixture.contexts.mapValues(Self.variables)
        #expect(fixture.conversations.count > 500)
        for conversation in fixture.conversations {
            check(
                try #require(fixture.templates[conversation.template]),
                try #require(contexts[conversation.context]), conversation.outcome, fixture.clock,
                "\(conversation.template), \(conversation.context)")
        }
    }

    @Test func bitNetTemplatesRenderAsInTransformers() throws {
        let fixture = try Fixtures.json("tokenizer/chat_cases.json", as: ChatFixture.self)
        let templates = try fixture.templates.mapValues { try ChatTemplate($0) }
        #expect(!fixture.cases.isEmpty)
        for testCase in fixture.cases {
            let rendered = try #require(templates[testCase.template]).render(
                messages: testCase.messages, addGenerationPrompt: testCase.add_generation_prompt,
                beginningOfText: fixture.bos_token, endOfText: fixture.eos_token)
            #expect(rendered == testCase.rendered)
        }
    }
}
