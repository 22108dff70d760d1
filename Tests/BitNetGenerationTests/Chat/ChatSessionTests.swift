import BitNetGeneration
import BitNetTestSupport
import BitNetTokenizers
import Testing

struct ChatSessionTests {
    private let parameters = GenerationParameters.drawn(12, seed: 5)

    @Test func theConversationGrows() async throws {
        let chat = try await TestModels.fixture("bitnet-256/packed").makeChat(system: "Be brief.")
        #expect(chat.messages == [.system("Be brief.")])
        let first = try await GenerationRecord(chat.send("Hello!", parameters: parameters))
        #expect(
            chat.messages == [.system("Be brief."), .user("Hello!"), .assistant(first.text)])
        let second = try await GenerationRecord(chat.send("Why?", parameters: parameters))
        #expect(chat.messages.count == 5)
        #expect(Array(chat.messages.suffix(2)) == [.user("Why?"), .assistant(second.text)])
    }

    @Test(arguments: ["bitnet-256/packed", "bitnet-128/model-i2_s.gguf", "llama-rmsnorm/packed"])
    func theSecondTurnReusesTheCacheAndChangesNothing(fixture: String) async throws {
        let model = try await TestModels.fixture(fixture, prefillChunk: 8)
        let chat = try model.makeChat(system: "Answer briefly, and in the words of the keeper.")
        _ = try await GenerationRecord(chat.send("How many bridges?", parameters: parameters))
        // Another copy of the model, which has computed nothing yet.
        let other = try await TestModels.fixture(fixture, prefillChunk: 8)
        let fresh = try other.makeChat(messages: chat.messages)
        let second = try await GenerationRecord(chat.send("And boats?", parameters: parameters))
        let again = try await GenerationRecord(fresh.send("And boats?", parameters: parameters))
        #expect(second.result.statistics.reusedTokens > 20)
        #expect(again.result.statistics.reusedTokens == 0)
        #expect(
            second.result.statistics.promptTokens == again.result.statistics.promptTokens)
        #expect(second.result.tokens == again.result.tokens)
        #expect(second.text == again.text)
        #expect(chat.messages == fresh.messages)
    }

    @Test func onlyOneAnswerIsUnderWay() async throws {
        let model = try await TestModels.fixture("bitnet-256/packed", contextLength: 1 << 20)
        let chat = try model.makeChat()
        let endless = GenerationParameters(temperature: 0, ignoreEndOfText: true)
        let interruption = Interruption()
        let first = chat.send("One", parameters: endless, interruption: interruption)
        let second = chat.send("Two", parameters: parameters)
        let error = await #expect(throws: GenerationError.self) {
            _ = try await GenerationRecord(second)
        }
        #expect(error?.code == .busy)
        #expect(chat.messages.isEmpty)
        interruption.cancel()
        let answer = try await GenerationRecord(first)
        #expect(answer.result.reason == .cancelled)
        let kept: [ChatMessage] =
            answer.text.isEmpty ? [] : [.user("One"), .assistant(answer.text)]
        #expect(chat.messages == kept)
        _ = try await GenerationRecord(chat.send("Two", parameters: parameters))
        #expect(chat.messages.count == kept.count + 2)
    }

    @Test func theNextTurnMayBeginWhenTheEndIsSeen() async throws {
        let chat = try await TestModels.fixture("bitnet-256/packed").makeChat()
        for turn in 1...20 {
            for try await event in chat.send("Go on", parameters: .drawn(2, seed: UInt64(turn))) {
                if case .finished = event { break }
            }
            #expect(chat.messages.count == 2 * turn)
        }
    }

    @Test func anAnswerThatIsGivenUpIsKeptAsFarAsItCame() async throws {
        let model = try await TestModels.fixture("bitnet-128/packed", contextLength: 1 << 20)
        let chat = try model.makeChat()
        // As long as the reader is slow, but short enough to be the next prompt.
        let long = GenerationParameters.likeliest(5000)
        for turn in 1...5 {
            var beginning = ""
            for try await event in chat.send("Go on", parameters: long) {
                guard case .text(let piece) = event else { continue }
                beginning = piece
                break
            }
            try #require(chat.messages.count == 2 * turn)
            let answer = try #require(chat.messages.last)
            #expect(answer.role == "assistant")
            #expect(!beginning.isEmpty && answer.content.hasPrefix(beginning))
        }
        let last = try await GenerationRecord(chat.send("End", parameters: .likeliest(4)))
        let fresh = try model.makeChat(messages: Array(chat.messages.dropLast(2)))
        let again = try await GenerationRecord(fresh.send("End", parameters: .likeliest(4)))
        #expect(last.result.tokens == again.result.tokens)
    }

    @Test func anInterruptionBeforeTheFirstWordLeavesTheConversation() async throws {
        let chat = try await TestModels.fixture("bitnet-256/packed").makeChat(system: "Brief.")
        let interruption = Interruption()
        interruption.cancel()
        let record = try await GenerationRecord(chat.send("Hello", interruption: interruption))
        #expect(record.result.reason == .cancelled)
        #expect(chat.messages == [.system("Brief.")])
    }

    @Test func aQuestionThatDoesNotFitLeavesTheConversation() async throws {
        let model = try await TestModels.fixture("bitnet-256/packed", contextLength: 60)
        let chat = try model.makeChat()
        _ = try await GenerationRecord(chat.send("Hi", parameters: .likeliest(2)))
        let before = chat.messages
        let error = await #expect(throws: GenerationError.self) {
            let long = String(repeating: "word ", count: 100)
            _ = try await GenerationRecord(chat.send(long, parameters: parameters))
        }
        #expect(error?.code == .contextFull)
        #expect(chat.messages == before)
        _ = try await GenerationRecord(chat.send("Hm", parameters: .likeliest(2)))
        #expect(chat.messages.count == 4)
    }

    @Test func aTemplateThatRefusesLeavesTheConversation() async throws {
        let copy = try FixtureCopy()
        try copy.setChatTemplate("{{ raise_exception('only silence') }}")
        let chat = try await TestModels.load(copy.path).makeChat()
        let error = await #expect(throws: ChatTemplateError.self) {
            _ = try await GenerationRecord(chat.send("Hello"))
        }
        #expect(error?.code == .raised)
        #expect(chat.messages.isEmpty)
    }

    @Test func anAnswerThatFailsLeavesTheConversation() async throws {
        let copy = try FixtureCopy()
        try copy.poison("model.embed_tokens.weight")
        let model = try await TestModels.load(copy.path, prefillChunk: 2)
        let chat = try model.makeChat()
        var progress = 0
        let error = await #expect(throws: SamplingError.self) {
            for try await event in chat.send("Hello there") {
                if case .promptProgress = event { progress += 1 }
            }
        }
        #expect(error != nil)
        #expect(progress > 1, "the failure should come after the first event")
        #expect(chat.messages.isEmpty)
    }
}
