#if Server
import BitNetGeneration
import BitNetTokenizers

/// The texts that one request asked for, ready to be generated.
struct Completion: Sendable {
    let model: ServedModel
    /// The tokens of each prompt.
    let prompts: [[TokenID]]
    /// How many texts each prompt gets.
    let choicesPerPrompt: Int
    private let request: ServedRequest
    private let constraint: OutputConstraint?
    private let cancellation: RequestCancellation
    /// How many of the texts are generated at the same time.
    private let width: Int

    /// Encodes the prompts and checks all that can be checked before the work begins.
    init(
        _ request: ServedRequest, model: ServedModel, width: Int,
        cancellation: RequestCancellation
    ) throws(RequestError) {
        guard !request.prompts.isEmpty else {
            throw .invalid(request.promptField, found: "an empty list", expected: "a prompt")
        }
        let count = request.prompts.count * request.choices
        guard count <= ServedRequest.choiceLimit else {
            throw .invalid(
                "n", found: "\(count) texts in all",
                expected: "at most \(ServedRequest.choiceLimit)")
        }
        do {
            try GenerationRequest(
                prompt: [], parameters: request.parameters, alternatives: request.alternatives
            ).validate()
        } catch {
            throw RequestError(error)
        }
        var prompts: [[TokenID]] = []
        for prompt in request.prompts {
            prompts.append(
                try model.tokens(
                    of: prompt, tools: request.tools?.definitions ?? [],
                    field: request.promptField))
        }
        constraint = try model.constraint(of: request)
        self.prompts = prompts
        self.model = model
        self.request = request
        self.cancellation = cancellation
        self.width = width
        choicesPerPrompt = request.choices
    }

    /// How many texts there are.
    var choiceCount: Int { prompts.count * choicesPerPrompt }

    /// Generates the texts, at most `width` at a time, and reports how they come along.
    ///
    /// Ending the iteration ends the work within one step. Where the request was cancelled, the stream
    /// ends with the cause.
    func events() -> AsyncThrowingStream<ServedEvent, any Error> {
        AsyncThrowingStream { continuation in
            let work = Task {
                do {
                    try await generateAll { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in work.cancel() }
        }
    }

    private func generateAll(_ report: @escaping @Sendable (ServedEvent) -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for choice in 0..<choiceCount {
                if choice >= width { try await group.next() }
                group.addTask { try await generate(choice, report) }
            }
            try await group.waitForAll()
        }
    }

    private func generate(
        _ choice: Int, _ report: @escaping @Sendable (ServedEvent) -> Void
    ) async throws {
        var translator = ChoiceTranslator(
            choice, endsWithReport: reportsEnd, callsTools: request.tools != nil, model)
        let events = model.language.generate(
            generationRequest(choice), interruption: cancellation.interruption)
        for try await event in events {
            if case .finished(let result) = event, result.reason == .cancelled {
                throw cancellation.error ?? RequestError(CancellationError())
            }
            translator.translate(event).forEach(report)
        }
        try Task.checkCancellation()
    }

    private func generationRequest(_ choice: Int) -> GenerationRequest {
        var parameters = request.parameters
        let draw = UInt64(choice % choicesPerPrompt)
        parameters.seed = parameters.seed.map { $0 &+ draw }
        if reportsEnd { parameters.ignoreEndOfText = true }
        return GenerationRequest(
            prompt: prompts[choice / choicesPerPrompt], parameters: parameters,
            alternatives: request.alternatives, reportsPrompt: request.reportsPrompt,
            constraint: constraint)
    }

    /// Whether the one token of an answer is reported even where it ends the text.
    ///
    /// Evaluation tools ask for the probabilities of a prompt and one more token, and drop the last
    /// report unseen.
    private var reportsEnd: Bool {
        request.reportsPrompt && request.parameters.maximumTokens == 1
    }
}
#endif
