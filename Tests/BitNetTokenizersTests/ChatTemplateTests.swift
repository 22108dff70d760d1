import BitNetTokenizers
import Foundation
import Testing

@Suite struct ChatTemplateTests {
    static let date = TemplateDate(year: 2025, month: 1, day: 31, hour: 23, minute: 4, second: 5)

    func failure(_ source: String, _ context: [String: TemplateValue] = [:]) -> ChatTemplateError? {
        do {
            let rendered = try ChatTemplate(source).render(context)
            Issue.record("\(source) rendered \(rendered)")
            return nil
        } catch {
            return error
        }
    }

    @Test func conversationsSeeTheVariablesOfTransformers() throws {
        let template = try ChatTemplate(
            "{{ bos_token }}{% for m in messages %}{{ m.role }}={{ m['content'] }};{% endfor %}"
                + "{{ add_generation_prompt }}{{ tools }}{{ documents is defined }}{{ eos_token }}")
        let messages: [ChatMessage] = [.system("s"), .user("u"), .assistant("a")]
        let rendered = try template.render(
            messages: messages, addGenerationPrompt: true, beginningOfText: "<s>",
            endOfText: "</s>")
        #expect(rendered == "<s>system=s;user=u;assistant=a;TrueNoneTrue</s>")
        let replaced = try template.render(
            messages: [], addGenerationPrompt: false, beginningOfText: "", endOfText: "",
            variables: ["tools": ["x"], "eos_token": "!"])
        #expect(replaced == "False['x']True!")
    }

    @Test func theClockIsTheOneGiven() throws {
        let source = "{{ strftime_now('%d %b %Y %H:%M:%S %j %A %-I%p') }}"
        let template = try ChatTemplate(source, clock: .fixed(Self.date))
        #expect(try template.render([:]) == "31 Jan 2025 23:04:05 031 Friday 11PM")
    }

    @Test func theSystemClockIsOfToday() {
        let now = TemplateClock.system.now()
        let year = Calendar(identifier: .gregorian).component(.year, from: Date())
        #expect(abs(now.year - year) <= 1)
        #expect((1...12).contains(now.month) && (1...31).contains(now.day))
    }

    @Test func syntaxErrorsGiveLineAndColumn() throws {
        let error = try #require(failure("a\n  {{ x | }}"))
        #expect(error.code == .syntax)
        #expect(error.line == 2)
        #expect(error.column == 10)
        #expect(error.description.hasPrefix("chat template, line 2, column 10: "))
        #expect(failure("x\r\ny\rz{% if %}")?.line == 3)
        #expect(failure("{% if a %}\n\n")?.message.contains("endif") == true)
        #expect(failure("{% for x in y %}\n{% endif %}")?.line == 2)
    }

    @Test func renderingErrorsGiveTheLineOfTheStatement() throws {
        #expect(failure("a\nb\n{% if 1 %}\n{{ x.y }}{% endif %}")?.line == 4)
        #expect(failure("{% macro m() %}\n{{ 1 + 'a' }}\n{% endmacro %}\n\n{{ m() }}")?.line == 2)
        let raised = try #require(failure("\n{{ raise_exception('No system role') }}"))
        #expect(raised == ChatTemplateError(code: .raised, message: "No system role", line: 2))
        #expect(failure("{{ a.b }}")?.message == "'a' is undefined")
        #expect(failure("{{ a.b }}")?.code == .undefined)
    }

    @Test(arguments: [
        ("{% include 'x' %}", "include"), ("{% call m() %}{% endcall %}", "call"),
        ("{% for x in y recursive %}{% endfor %}", "recursive"),
        ("{{ x|groupby('a') }}", "groupby"),
        ("{{ x is escaped }}", "escaped"), ("{{ f(*x) }}", "*"), ("{{ '%s' % 1 }}", "%"),
        ("{{ lipsum() }}", "lipsum"), ("{{ 'x'.encode() }}", "encode"),
        ("{{ [].append(1) }}", "append"),
        ("{{ strftime_now('%G') }}", "%G"), ("{{ '{:>3}'.format(1) }}", "{:>3}"),
        ("{% macro m() %}{{ varargs }}{% endmacro %}", "varargs"), ("{{ range }}", "function"),
    ])
    func unsupportedConstructsAreNamed(source: String, name: String) throws {
        let error = try #require(failure(source))
        #expect(error.code == .unsupported)
        #expect(error.message.contains(name), "\(error)")
        #expect(error.line == 1)
    }

    @Test func stringsAreComparedByScalars() throws {
        let context: [String: TemplateValue] = [
            "composed": "\u{E9}", "decomposed": "e\u{301}", "d": ["\u{E9}": 1, "e\u{301}": 2],
        ]
        let source =
            "{{ composed == decomposed }} {{ composed in decomposed }} "
            + "{{ decomposed|length }} {{ d[composed] }}{{ d[decomposed] }} {{ decomposed[0] }}"
        #expect(try ChatTemplate(source).render(context) == "False False 2 12 e")
    }

    @Test func objectsOfTheContextKeepTheirOrder() throws {
        let tools = try TemplateValue(
            json: #"{"z": 1, "a": {"y": [1.0, -2e3], "b": "\u00e9\ud83d\ude00"}, "z": null}"#)
        let rendered = try ChatTemplate("{{ tools|tojson }}").render(["tools": tools])
        #expect(rendered == #"{"z": null, "a": {"y": [1.0, -2000.0], "b": "é😀"}}"#)
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\" 1}", "{\"a\":1,}", "\"\\ud800\"", "\"\\ud800\\u0000\"", "\"\\x\"",
        "01x", "01", "-00", "1.", "1.e5", ".5", "--1", "1e", "1 2", "nul", "\"a", "+1",
        "99999999999999999999", "\"\\u12", "\"\n\"", "-",
    ])
    func malformedJSONIsRefused(json: String) {
        #expect(throws: ChatTemplateError.self) { _ = try TemplateValue(json: json) }
    }

    @Test func deepJSONIsRefused() {
        let error = #expect(throws: ChatTemplateError.self) {
            _ = try TemplateValue(json: String(repeating: "[", count: 100_000))
        }
        #expect(error?.code == .limit)
    }

    @Test func messagesCodeAsJSON() throws {
        let json = Data(#"{"role": "user", "content": "Hi"}"#.utf8)
        let message = try JSONDecoder().decode(ChatMessage.self, from: json)
        #expect(message == .user("Hi"))
    }

    @Test func longConversationsRenderInMilliseconds() throws {
        let template = try ChatTemplate(
            "{% for message in messages %}{% set content = '<|start|>' + message['role'] + '\n' + "
                + "message['content'] | trim + '<|end|>' %}{% if loop.first %}"
                + "{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}")
        let text = String(repeating: "All work and no play. ", count: 50)
        let messages = (0..<100).map { $0 % 2 == 0 ? ChatMessage.user(text) : .assistant(text) }
        var best = Duration.seconds(1)
        for _ in 0..<20 {
            let elapsed = try ContinuousClock().measure {
                _ = try template.render(
                    messages: messages, addGenerationPrompt: true, beginningOfText: "<s>",
                    endOfText: "</s>")
            }
            best = min(best, elapsed)
        }
        #expect(best < .milliseconds(20), "\(best)")
    }
}
