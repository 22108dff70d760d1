import BitNetGeneration
import BitNetTestSupport
import BitNetTokenizers
import Testing

/// The ids of conversations against those of transformers.
struct ChatPromptTests {
    private struct Cases: Decodable {
        struct Case: Decodable {
            let template: String
            let messages: [ChatMessage]
            let add_generation_prompt: Bool
            let ids: [Int32]
        }
        let templates: [String: String]
        let cases: [Case]
    }

    /// 591 is begin-of-text: templates that write it get no second one, the others get theirs.
    @Test(arguments: [
        ("bitnet-256/packed", ["bitnet-hf"]), ("bitnet-256/packed", ["llama3-header"]),
        ("bitnet-256/packed", ["bitnet-gguf", "multi-line-blocks"]),
        ("bitnet-256/packed", ["bitnet-no-bos"]),
        ("bitnet-256/model-i2_s.gguf", ["bitnet-gguf", "bitnet-hf", "llama3-header"]),
    ])
    func conversationsHaveTheIdsOfTheReference(model: String, templates: [String]) async throws {
        let all: Cases = try Fixtures.json("tokenizer/chat_cases.json")
        let model = try await TestModels.fixture(model)
        let cases = all.cases.filter {
            $0.add_generation_prompt && templates.contains($0.template)
        }
        #expect(cases.count >= 6 * templates.count)
        for example in cases {
            let template = try ChatTemplate(#require(all.templates[example.template]))
            let ids = try model.encode(example.messages, template)
            let expected = example.ids.first == 591 ? example.ids : [591] + example.ids
            #expect(ids == expected, "\(example.template): \(example.messages)")
        }
        if templates == ["bitnet-no-bos"] { #expect(!cases.contains { $0.ids.first == 591 }) }
    }

    @Test func aModelsOwnTemplateIsThatOfItsFile() async throws {
        let all: Cases = try Fixtures.json("tokenizer/chat_cases.json")
        let model = try await TestModels.fixture("bitnet-256/packed")
        #expect(model.chatTemplate?.source == all.templates["bitnet-hf"])
        let gguf = try await TestModels.fixture("bitnet-256/model-i2_s.gguf")
        #expect(gguf.chatTemplate?.source == all.templates["bitnet-gguf"])
    }

    @Test func aModelWithoutATemplateCanNotChat() async throws {
        let model = try await TestModels.bundled()
        let error = #expect(throws: GenerationError.self) { _ = try model.makeChat() }
        #expect(error?.code == .noChatTemplate)
    }

    @Test func aTemplateThatCanNotBeReadLeavesPlainText() async throws {
        let copy = try FixtureCopy()
        try copy.setChatTemplate("{% nonsense %}")
        let model = try await TestModels.load(copy.path)
        #expect(model.chatTemplate == nil)
        let error = #expect(throws: ChatTemplateError.self) { _ = try model.makeChat() }
        #expect(error?.line == 1)
        let plain = try await GenerationRecord(model.generate("a", parameters: .likeliest(3)))
        #expect(plain.result.tokens.count == 3)
    }
}
