public import BitNetTokenizers
internal import Synchronization

/// A conversation: keeps its messages; the engine keeps what they cost to compute.
///
///     let chat = try model.makeChat(system: "You answer in one sentence.")
///     for try await event in chat.send("Why is the sky blue?") { … }
public final class ChatSession: Sendable {
    private let model: LanguageModel
    private let template: ChatTemplate
    private let state: Mutex<State>

    private struct State {
        var messages: [ChatMessage]
        /// The turn under way.
        var turn: Turn?
        var turnCount = 0
    }

    /// A question and as much of its answer as there is.
    private struct Turn {
        let number: Int
        let question: ChatMessage
        var answer = ""
    }

    init(_ model: LanguageModel, _ template: ChatTemplate, _ messages: [ChatMessage]) {
        self.model = model
        self.template = template
        state = Mutex(State(messages: messages))
    }

    /// The messages so far, the system's first if there is one.
    public var messages: [ChatMessage] { state.withLock { $0.messages } }

    /// Adds a user's message and streams the answer; both are kept when the answer ends.
    ///
    /// An answer that is cut short (by a limit, by cancellation, or because the stream is given up)
    /// is kept as far as it came; one that was cancelled before its first word is not. Throws into
    /// the stream, and leaves the conversation as it was, while another answer is under way, when
    /// the template refuses, and when the conversation does not fit the context.
    public func send(
        _ text: String, parameters: GenerationParameters = GenerationParameters(),
        constraint: OutputConstraint? = nil, interruption: Interruption = Interruption()
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        do {
            let (number, messages) = try begin(.user(text))
            let prompt = try prompt(messages, number)
            return model.engine.generate(
                GenerationRequest(
                    prompt: prompt, parameters: parameters, constraint: constraint),
                interruption,
                observe: { self.note($0, number) })
        } catch {
            return AsyncThrowingStream { $0.finish(throwing: error) }
        }
    }

    private func begin(
        _ question: ChatMessage
    ) throws(GenerationError) -> (number: Int, messages: [ChatMessage]) {
        try state.withLock { state throws(GenerationError) in
            guard state.turn == nil else {
                throw GenerationError(
                    .busy, "the chat is still answering; wait for its stream to end")
            }
            state.turnCount += 1
            state.turn = Turn(number: state.turnCount, question: question)
            return (state.turnCount, state.messages + [question])
        }
    }

    private func prompt(_ messages: [ChatMessage], _ number: Int) throws -> [TokenID] {
        do {
            return try model.encode(messages, template)
        } catch {
            end(number) { _ in false }
            throw error
        }
    }

    /// Follows the generation of a turn; what comes after the turn's end is passed over.
    private func note(_ news: GenerationOutlet.News, _ number: Int) {
        switch news {
        case .event(.promptProgress), .event(.prompt), .event(.tokens): break
        case .event(.text(let text)):
            state.withLock { state in
                if state.turn?.number == number { state.turn?.answer += text }
            }
        case .event(.finished(let result)):
            end(number) { result.reason != .cancelled || !$0.isEmpty }
        case .failed: end(number) { _ in false }
        case .abandoned: end(number) { !$0.isEmpty }
        }
    }

    /// Ends the turn if it is still under way, and keeps it if `keeps` says so of its answer.
    private func end(_ number: Int, keeps: (String) -> Bool) {
        state.withLock { state in
            guard let turn = state.turn, turn.number == number else { return }
            state.turn = nil
            if keeps(turn.answer) { state.messages += [turn.question, .assistant(turn.answer)] }
        }
    }
}
