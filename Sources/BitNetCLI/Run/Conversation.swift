import ArgumentParser
import BitNetGeneration
import BitNetTokenizers

/// A prompt and its answer, or many of them.
struct Conversation {
    let model: LanguageModel
    let parameters: GenerationParameters
    /// Whether text is continued as it is, without a chat template.
    let plain: Bool
    let system: String?
    /// What every answer must look like.
    let constraint: OutputConstraint?
    let printer: GenerationPrinter
    let interrupts: Interrupts

    /// Answers one prompt; Ctrl-C ends the answer and the process, which fails if the answer does not
    /// have the form that was asked for.
    func answerOnce(_ prompt: String) async throws {
        let chat = plain ? nil : try model.makeChat(system: system)
        let opening = plain && constraint == nil ? prompt : ""
        let result = try await answer(prompt, chat, after: opening)
        if result?.reason == .cancelled { throw ExitCode(130) }
        if result?.isComplete == false { throw ExitCode.failure }
    }

    /// Reads prompts until the end of input; Ctrl-C ends an answer, or, at the prompt, the process.
    ///
    /// A failed answer does not end the conversation. Where no person saw it, the process fails when
    /// the input ends.
    func hold() async throws {
        var chat = plain ? nil : try model.makeChat(system: system)
        var hasFailed = false
        welcome()
        while let input = ConversationInput.read() {
            switch input {
            case .leave: return try end(hasFailed)
            case .help: StandardStreams.note(ConversationInput.commands)
            case .clear: chat = plain ? nil : try model.makeChat(system: system)
            case .unknown(let command):
                StandardStreams.note("There is no command \(command); try /help.")
            case .text(let text):
                do {
                    _ = try await answer(text, chat)
                } catch let failure as CommandFailure {
                    throw failure
                } catch {
                    hasFailed = true
                    StandardStreams.note("error: \(error)")
                }
            }
        }
        try end(hasFailed)
    }

    private func end(_ hasFailed: Bool) throws {
        if hasFailed, !StandardStreams.inputIsTerminal { throw ExitCode.failure }
    }

    private func welcome() {
        guard StandardStreams.inputIsTerminal, !printer.quiet else { return }
        let form = plain ? "It continues your words (no chat template)." : ""
        StandardStreams.note("Type a message; /help lists commands, /bye ends. \(form)")
    }

    /// Prints the answer behind `opening`.
    private func answer(
        _ text: String, _ chat: ChatSession?, after opening: String = ""
    ) async throws -> GenerationResult? {
        let (model, parameters, printer) = (model, parameters, printer)
        let constraint = constraint
        let interruption = Interruption()
        return try await interrupts.during({ interruption.cancel() }) {
            let events =
                chat?.send(
                    text, parameters: parameters, constraint: constraint,
                    interruption: interruption)
                ?? model.generate(
                    GenerationRequest(
                        prompt: model.encode(text), parameters: parameters,
                        constraint: constraint),
                    interruption: interruption)
            return try await printer.print(events, after: opening)
        }
    }
}
