internal import BitNetModels
internal import BitNetTensors
internal import BitNetTokenizers

/// One generation under way: a chunk of the prompt or one token at each step.
///
/// Touched only on the engine's queue.
final class GenerationRun: @unchecked Sendable {
    // @unchecked Sendable: the engine's serial queue is the lock.
    private let engine: GenerationEngine
    private let sequence: TokenSequence
    private let prompt: [TokenID]
    private let parameters: GenerationParameters
    private let limit: Int

    private var processor: LogitProcessor
    private var sampler: Sampler
    private var detokenizer: StreamingDetokenizer
    private var stops: StopStringMatcher
    private var logits: [Float] = []
    private var generated: [TokenID] = []
    private var statistics = GenerationStatistics()
    private let clock = ContinuousClock()
    private let started: ContinuousClock.Instant
    private var firstToken: ContinuousClock.Instant?

    /// What a step brought, and whether it was the last.
    struct Step {
        var events: [GenerationEvent] = []
        var isLast = false
    }

    init(
        _ engine: GenerationEngine, _ sequence: TokenSequence, prompt: [TokenID],
        _ parameters: GenerationParameters
    ) throws {
        try parameters.validate()
        try Self.check(prompt, sequence, engine)
        self.engine = engine
        self.sequence = sequence
        self.prompt = prompt
        self.parameters = parameters
        limit = parameters.maximumTokens ?? .max
        processor = LogitProcessor(parameters: parameters)
        sampler = Sampler(
            parameters: parameters,
            vocabularyCount: engine.model.configuration.vocabularySize)
        detokenizer = StreamingDetokenizer(engine.tokenizer)
        stops = StopStringMatcher(parameters.stopStrings)
        started = clock.now
        for token in prompt { processor.accept(token) }
        statistics.promptTokens = prompt.count
        statistics.reusedTokens = sequence.reuse(for: prompt)
    }

    private static func check(
        _ prompt: [TokenID], _ sequence: TokenSequence, _ engine: GenerationEngine
    ) throws {
        guard !prompt.isEmpty else {
            throw GenerationError(
                .emptyPrompt, "the prompt has no tokens, and the model adds none; give it some text"
            )
        }
        guard prompt.count < sequence.cache.capacity else {
            throw GenerationError(
                .contextFull,
                "the prompt has \(prompt.count) tokens and the context holds "
                    + "\(sequence.cache.capacity), of which one at least must be left to generate; "
                    + "shorten the prompt or ask for a larger context")
        }
    }

    /// Computes the next chunk of the prompt, or the next token.
    func step(cancelled: Bool) throws -> Step {
        if cancelled { return finish(.cancelled, Step()) }
        let done = sequence.tokens.count
        if done < prompt.count { return try prefill(from: done) }
        return try decode()
    }

    private func prefill(from done: Int) throws -> Step {
        let end = min(done + engine.workspace.tokenCapacity, prompt.count)
        try compute(Array(prompt[done..<end]), wantsLogits: end == prompt.count)
        var step = Step()
        step.events.append(.promptProgress(done: end, total: prompt.count))
        guard end == prompt.count else { return step }
        statistics.promptSeconds = seconds(since: started)
        return limit == 0 ? finish(.maximumTokens, step) : try sample(step)
    }

    private func decode() throws -> Step {
        guard let last = generated.last else { return finish(.maximumTokens, Step()) }
        guard sequence.cache.count < sequence.cache.capacity else {
            return finish(.contextFull, Step())
        }
        try compute([last], wantsLogits: true)
        return try sample(Step())
    }

    private func compute(_ tokens: [TokenID], wantsLogits: Bool) throws {
        let chunk = SequenceChunk(
            cache: sequence.cache, tokens: tokens, outputs: wantsLogits ? .last : .none)
        // Copied, so that neither this row nor the model's own is allocated anew for each token.
        try engine.model.forward([chunk], engine.workspace) { row in
            logits.removeAll(keepingCapacity: true)
            logits.append(contentsOf: row.logits)
        }
        sequence.append(tokens)
    }

    /// Draws a token from the logits and turns it into text.
    private func sample(_ step: Step) throws -> Step {
        var step = step
        processor.process(&logits)
        let token = try sampler.sample(logits)
        statistics.generatedTokens += 1
        if firstToken == nil {
            firstToken = clock.now
            statistics.timeToFirstToken = seconds(since: started)
        }
        if engine.endTokens.contains(token), !parameters.ignoreEndOfText {
            return finish(.endOfText, step)
        }
        generated.append(token)
        processor.accept(token)
        let output = stops.append(detokenizer.append(token))
        if !output.emit.isEmpty { step.events.append(.text(output.emit)) }
        if let stop = output.matched { return finish(.stopString(stop), step, flush: false) }
        return generated.count >= limit ? finish(.maximumTokens, step) : step
    }

    /// Emits what was held back, then the result.
    private func finish(_ reason: FinishReason, _ step: Step, flush: Bool = true) -> Step {
        var step = step
        var reason = reason
        if flush {
            let last = stops.append(detokenizer.finish())
            let rest = last.stopped ? last.emit : last.emit + stops.finish()
            if let stop = last.matched { reason = .stopString(stop) }
            if !rest.isEmpty { step.events.append(.text(rest)) }
        }
        if let firstToken { statistics.decodeSeconds = seconds(since: firstToken) }
        statistics.peakMemoryBytes = ProcessMemory.peakBytes
        step.events.append(
            .finished(
                GenerationResult(
                    reason: reason, tokens: generated, seed: sampler.seed, statistics: statistics)))
        step.isLast = true
        return step
    }

    private func seconds(since instant: ContinuousClock.Instant) -> Double {
        instant.duration(to: clock.now) / .seconds(1)
    }
}
