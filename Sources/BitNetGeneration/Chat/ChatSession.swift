public import BitNetTokenizers
internal import Synchronization

/// A conversation: keeps its messages, and in the cache what they cost to compute.
///
///     let chat = try model.makeChat(system: "You answer in one sentence.")
///     for try await event in chat.send("Why is the sky blue?") { … }
public final class ChatSession: Sendable {
    private let model: LanguageModel
    private let template: ChatTemplate
    private let state: Mutex<State>

    private struct State {
        var messages: [ChatMessage]
        var sequence: TokenSequence?
        var isAnswering = false
    }

    init(_ model: LanguageModel, _ template: ChatTemplate, _ messages: [ChatMessage]) {
        self.model = model
        self.template = template
        state = Mutex(State(messages: messages))
    }

    /// The messages so far, the system's first if there is one.
    public var messages: [ChatMessage] { state.withLock { $0.messages } }

    /// Adds a user's message and streams the answer, which is added when it is complete.
    ///
    /// An answer that is cut short (by a limit or by cancellation) is kept as far as it came. Throws
    /// into the stream, and keeps the conversation as it was, when the template refuses or the
    /// conversation does not fit the context.
    public func send(
        _ text: String, parameters: GenerationParameters = GenerationParameters(),
        interruption: Interruption = Interruption()
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    try await answer(text, parameters, interruption) { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func answer(
        _ text: String, _ parameters: GenerationParameters, _ interruption: Interruption,
        _ emit: @Sendable (GenerationEvent) -> Void
    ) async throws {
        let messages = try begin(.user(text))
        var reply = ""
        var completed = false
        defer { end(messages, completed ? reply : nil) }
        let prompt = try prompt(messages)
        let events = model.engine.generate(prompt, parameters, interruption) {
            try self.sequence()
        }
        for try await event in events {
            if case .text(let text) = event { reply += text }
            completed = true
            emit(event)
        }
    }

    private func begin(_ message: ChatMessage) throws -> [ChatMessage] {
        try state.withLock { state in
            guard !state.isAnswering else {
                throw GenerationError(
                    .busy, "the chat is still answering; wait for its stream to end")
            }
            state.isAnswering = true
            return state.messages + [message]
        }
    }

    private func end(_ messages: [ChatMessage], _ reply: String?) {
        state.withLock { state in
            state.isAnswering = false
            if let reply { state.messages = messages + [.assistant(reply)] }
        }
    }

    /// The token ids of `messages` with the beginning of an answer.
    func prompt(_ messages: [ChatMessage]) throws -> [TokenID] {
        try model.encode(messages, template)
    }

    private func sequence() throws -> TokenSequence {
        if let sequence = state.withLock({ $0.sequence }) { return sequence }
        let sequence = try model.makeSequence()
        state.withLock { $0.sequence = sequence }
        return sequence
    }
}
