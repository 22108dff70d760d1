import BitNetGeneration
import Testing

/// Generated text as words and calls.
struct ToolCallParserTests {
    /// What the pieces of a text turn out to be, with neighbouring pieces of one kind put together.
    private func parse(
        _ text: String, _ form: ToolForm = .hermes, piece: Int = .max
    ) -> [ToolCallEvent] {
        var parser = ToolCallParser(form)
        var events: [ToolCallEvent] = []
        var rest = Array(text)[...]
        while !rest.isEmpty {
            events += parser.append(String(rest.prefix(piece)))
            rest = rest.dropFirst(piece)
        }
        return joined(events + parser.finish())
    }

    private func joined(_ events: [ToolCallEvent]) -> [ToolCallEvent] {
        events.reduce(into: []) { joined, event in
            switch (joined.last, event) {
            case (.content(let old), .content(let new)):
                joined[joined.count - 1] = .content(old + new)
            case (.arguments(let call, let old), .arguments(let next, let new)) where call == next:
                joined[joined.count - 1] = .arguments(call: call, old + new)
            default: joined.append(event)
            }
        }
    }

    private static let sum =
        "<tool_call>\n{\"name\": \"sum\", \"arguments\": {\"a\": [1, \"}\\\"\"]}}\n</tool_call>"
    private static let sumEvents: [ToolCallEvent] = [
        .begin(call: 0, name: "sum"), .arguments(call: 0, "{\"a\": [1, \"}\\\"\"]}"), .end(call: 0),
    ]

    @Test(arguments: [1, 2, 3, 7, .max])
    func textIsTextWhateverThePieces(piece: Int) {
        for text in [
            "Hello, world.", " two  spaces \n", "a < b << c <tool", "<tool_cal", "{\"name\": 1}",
            "é<tool_call", "<tool_call",
        ] {
            #expect(parse(text, piece: piece) == [.content(text)])
            if !text.hasPrefix("{") {
                #expect(parse(text, .llama, piece: piece) == [.content(text)], "\(text)")
            }
        }
    }

    @Test(arguments: [1, 2, 5, .max])
    func callsOfHermes(piece: Int) {
        #expect(parse(Self.sum, piece: piece) == Self.sumEvents)
        #expect(
            parse("I add.\n\n" + Self.sum, piece: piece)
                == [.content("I add.")] + Self.sumEvents)
        #expect(
            parse(Self.sum + "\n" + Self.sum, piece: piece)
                == Self.sumEvents + [
                    .begin(call: 1, name: "sum"), .arguments(call: 1, "{\"a\": [1, \"}\\\"\"]}"),
                    .end(call: 1),
                ])
        #expect(
            parse(Self.sum + "\nDone.", piece: piece) == Self.sumEvents + [.content("\nDone.")])
    }

    /// Falcon 3 writes lists; some models write the arguments first, as text, or inside `function`.
    @Test(arguments: [1, 4, .max])
    func otherShapesOfCalls(piece: Int) {
        let two: [ToolCallEvent] = [
            .begin(call: 0, name: "a"), .arguments(call: 0, "{}"), .end(call: 0),
            .begin(call: 1, name: "b"), .arguments(call: 1, "{\"x\":1}"), .end(call: 1),
        ]
        for list in [
            #"[{"name": "a"}, {"name": "b", "arguments": {"x":1}}]"#,
            #"[{"arguments": {}, "name": "a"}, {"arguments": "{\"x\":1}", "name": "b"}]"#,
            #"[{"type": "function", "function": {"name": "a", "parameters": {}}}, {"function": {"name": "b", "arguments": {"x":1}}, "n": -1.5}]"#,
        ] {
            #expect(parse("<tool_call>\n\(list)\n</tool_call>", piece: piece) == two)
        }
    }

    @Test(arguments: [1, 2, 5, .max])
    func callsOfLlama(piece: Int) {
        let call = #"{"name": "sum", "parameters": {"a": "b"}}"#
        let events: [ToolCallEvent] = [
            .begin(call: 0, name: "sum"), .arguments(call: 0, #"{"a": "b"}"#), .end(call: 0),
        ]
        #expect(parse(call, .llama, piece: piece) == events)
        #expect(parse("\n <|python_tag|>" + call, .llama, piece: piece) == events)
        #expect(
            parse(call + "; " + call, .llama, piece: piece)
                == events + [
                    .begin(call: 1, name: "sum"), .arguments(call: 1, #"{"a": "b"}"#),
                    .end(call: 1),
                ])
        #expect(parse("No " + call, .llama, piece: piece) == [.content("No " + call)])
    }

    /// A call that was cut short has no end, and nothing of it is text.
    @Test func callsThatWereCutShort() {
        #expect(parse("<tool_call>\n{\"na") == [])
        #expect(
            parse(String(Self.sum.prefix(50)))
                == [.begin(call: 0, name: "sum"), .arguments(call: 0, "{\"a\": [1,")])
    }

    @Test func whatIsNoCallIsText() {
        #expect(parse("<tool_call> none") == [.content("<tool_call> none")])
        #expect(parse("<tool_call>{\"x\": 1}") == [.content("<tool_call>{\"x\": 1}")])
        #expect(parse("{\"x\": 1}", .llama) == [.content("{\"x\": 1}")])
        #expect(parse("{\"x\": 1", .llama) == [.content("{\"x\": 1")])
    }

    /// Nothing of a tag is given out before it is known not to be one.
    @Test func tagsAreHeldBack() {
        var parser = ToolCallParser(.hermes)
        #expect(parser.append("Yes. <tool") == [.content("Yes.")])
        #expect(parser.append("_call>") == [])
        #expect(parser.append("{\"name\": \"f\"") == [])
        #expect(
            parser.append(", \"arguments\": {\"a") == [
                .begin(call: 0, name: "f"), .arguments(call: 0, "{\"a"),
            ])
        #expect(
            parser.append("\": 1}}</tool_") == [
                .arguments(call: 0, "\": 1}"), .end(call: 0),
            ])
        #expect(parser.append("call>\n") == [])
        #expect(parser.finish() == [])
        #expect(parser.callCount == 1)
    }
}
