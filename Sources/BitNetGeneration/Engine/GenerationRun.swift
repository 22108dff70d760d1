internal import BitNetModels
internal import BitNetTensors
internal import BitNetTokenizers

/// One generation under way: a chunk of the prompt, or the next token and those that were guessed
/// right, at each step.
///
/// Touched only on the engine's queue.
final class GenerationRun: @unchecked Sendable {
    // @unchecked Sendable: the engine's serial queue is the lock.
    private let engine: GenerationEngine
    private let sequence: TokenSequence
    private let request: GenerationRequest
    private var prompt: [TokenID] { request.prompt }
    private var parameters: GenerationParameters { request.parameters }
    private let limit: Int

    private var processor: LogitProcessor
    private var sampler: Sampler
    private var drafter: Drafter?
    private var detokenizer: StreamingDetokenizer
    private var stops: StopStringMatcher
    private var logits: [Float] = []
    private var reports = TokenReports()
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
        _ engine: GenerationEngine, _ sequence: TokenSequence, _ request: GenerationRequest
    ) throws {
        let (prompt, parameters) = (request.prompt, request.parameters)
        try request.validate()
        try Self.check(prompt, sequence, engine)
        self.engine = engine
        self.sequence = sequence
        self.request = request
        limit = parameters.maximumTokens ?? .max
        processor = LogitProcessor(parameters: parameters)
        sampler = Sampler(
            parameters: parameters,
            vocabularyCount: engine.model.configuration.vocabularySize)
        detokenizer = StreamingDetokenizer(engine.tokenizer)
        stops = StopStringMatcher(parameters.stopStrings)
        started = clock.now
        for token in prompt { processor.accept(token) }
        if parameters.maximumDraftTokens > 0 {
            drafter = Drafter(
                maximum: parameters.maximumDraftTokens, prompt: prompt,
                capacity: sequence.cache.capacity)
        }
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
        let tokens = Array(prompt[done..<end])
        let step = Step(events: [.promptProgress(done: end, total: prompt.count)])
        if request.reportsPrompt { return try score(tokens, step) }
        if end == prompt.count, limit > 0 { return try draw(tokens, draft: [], step) }
        let chunk = SequenceChunk(cache: sequence.cache, tokens: tokens, outputs: .none)
        try engine.model.forward([chunk], engine.workspace) { _ in }
        sequence.append(tokens)
        guard end == prompt.count else { return step }
        statistics.promptSeconds = seconds(since: started)
        return finish(.maximumTokens, step)
    }

    /// Computes part of the prompt and reports its tokens; draws the first token after the last.
    private func score(_ tokens: [TokenID], _ step: Step) throws -> Step {
        let first = sequence.tokens.count
        let isEnd = first + tokens.count == prompt.count
        var step = step
        var end: FinishReason?
        var failure: (any Error)?
        var reported: [TokenReport] = []
        if first == 0 {
            reported.append(TokenReport(token: prompt[0], logProbability: nil, alternatives: []))
        }
        let chunk = SequenceChunk(cache: sequence.cache, tokens: tokens, outputs: .all)
        try engine.model.forward([chunk], engine.workspace) { row in
            let next = first + row.token + 1
            if next < prompt.count {
                let likely = LogProbabilities(row.logits)
                reported.append(
                    likely.report(prompt[next], alternatives: request.alternatives ?? 0))
                return
            }
            step.events.append(.prompt(reported))
            reported = []
            logits = row.logits
            guard limit > 0 else { return }
            do { end = try sample(nil, into: &step) } catch { failure = error }
        }
        if !reported.isEmpty { step.events.append(.prompt(reported)) }
        sequence.append(tokens)
        if let failure { throw failure }
        if isEnd, limit == 0 { end = .maximumTokens }
        return end.map { finish($0, step) } ?? step
    }

    private func decode() throws -> Step {
        guard let last = generated.last else { return finish(.maximumTokens, Step()) }
        guard sequence.cache.count < sequence.cache.capacity else {
            return finish(.contextFull, Step())
        }
        return try draw([last], draft: drafter?.draft(atMost: draftRoom) ?? [], Step())
    }

    /// How many tokens could be of use behind the last one: in the pass, in the context, in number.
    private var draftRoom: Int {
        let (cache, pass) = (sequence.cache, engine.workspace.tokenCapacity)
        return min(pass, cache.capacity - cache.count, limit - generated.count) - 1
    }

    /// Computes `tokens` and behind them `draft`, and draws a token after the first; then after each
    /// of the draft as long as what was drawn is what had been guessed.
    ///
    /// Rows behind a wrong guess are not drawn from, so random numbers and penalties are those of
    /// one pass for each token, and the cache forgets what was guessed wrong.
    private func draw(_ tokens: [TokenID], draft: [TokenID], _ step: Step) throws -> Step {
        let known = sequence.tokens.count + tokens.count
        var step = step
        var accepted = 0
        var isOpen = true
        var end: FinishReason?
        var failure: (any Error)?
        try compute(tokens, draft: draft) { row in
            guard isOpen else { return }
            // Copied, so that neither this row nor the model's own is allocated for each token.
            logits.removeAll(keepingCapacity: true)
            logits.append(contentsOf: row.logits)
            do { end = try sample(row.tokens, into: &step) } catch { failure = error }
            isOpen =
                end == nil && failure == nil && accepted < draft.count
                && generated.last == draft[accepted]
            if isOpen { accepted += 1 }
        }
        sequence.append(tokens + draft)
        sequence.truncate(to: known + accepted)
        statistics.draftedTokens += draft.count
        statistics.acceptedTokens += accepted
        if let failure { throw failure }
        return end.map { finish($0, step) } ?? step
    }

    /// One pass, with the logits that the sampler looks at.
    private func compute(
        _ tokens: [TokenID], draft: [TokenID], _ receive: (LogitsRow) -> Void
    ) throws {
        let (model, workspace, cache) = (engine.model, engine.workspace, sequence.cache)
        if draft.isEmpty, tokens.count == 1 {
            return try model.decode(
                tokens[0], cache, workspace, selection: selection(draft), logits: receive)
        }
        let chunk = SequenceChunk(
            cache: cache, tokens: tokens + draft, outputs: draft.isEmpty ? .last : .all,
            selection: selection(draft))
        try model.forward([chunk], workspace, logits: receive)
    }

    /// What is drawn from, and what biases and penalties change before, those of the draft included.
    private func selection(_ draft: [TokenID]) -> LogitSelection {
        guard let count = sampler.selectionCount, request.alternatives == nil else { return .all }
        let watched = processor.isWatching ? draft : []
        return .greatest(count: count, including: processor.touchedTokens + watched)
    }

    /// Draws a token from the logits of `tokens`, or of all, and turns it into text; the reason if it
    /// was the last.
    private func sample(
        _ tokens: [TokenID]?, into step: inout Step
    ) throws -> FinishReason? {
        if firstToken == nil { statistics.promptSeconds = seconds(since: started) }
        let likely = request.alternatives.map { ($0, LogProbabilities(logits)) }
        processor.process(&logits, of: tokens)
        let token = try sampler.sample(logits, of: tokens)
        statistics.generatedTokens += 1
        if firstToken == nil {
            firstToken = clock.now
            statistics.timeToFirstToken = seconds(since: started)
        }
        if engine.endTokens.contains(token), !parameters.ignoreEndOfText { return .endOfText }
        generated.append(token)
        processor.accept(token)
        drafter?.accept(token)
        let text = detokenizer.append(token)
        let output = stops.append(text)
        if let (count, likely) = likely {
            reports.append(likely.report(token, alternatives: count), bytes: text.utf8.count)
            let released = reports.release(bytes: output.emit.utf8.count)
            if !released.isEmpty { step.events.append(.tokens(released)) }
        }
        if !output.emit.isEmpty { step.events.append(.text(output.emit)) }
        if let stop = output.matched { return .stopString(stop) }
        return generated.count >= limit ? .maximumTokens : nil
    }

    /// Emits what was held back, which is nothing behind a stop string, then the result.
    private func finish(_ reason: FinishReason, _ step: Step) -> Step {
        var step = step
        var reason = reason
        let last = stops.append(detokenizer.finish())
        let rest = last.stopped ? last.emit : last.emit + stops.finish()
        if let stop = last.matched { reason = .stopString(stop) }
        let released = reports.finish(
            bytes: rest.utf8.count, stopped: stops.append("").stopped)
        if !released.isEmpty { step.events.append(.tokens(released)) }
        if !rest.isEmpty { step.events.append(.text(rest)) }
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
