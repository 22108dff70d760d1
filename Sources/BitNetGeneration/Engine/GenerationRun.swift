internal import BitNetModels
internal import BitNetTensors
internal import BitNetTokenizers

/// One generation under way: says which tokens it wants computed next, and takes rows of logits.
///
/// It knows nothing of the other generations. What it has drawn is kept when its cache is taken
/// away, so that it can go on from a cache that is computed anew.
final class GenerationRun: @unchecked Sendable {
    // @unchecked Sendable: made by one thread, then touched only on the engine's serial queue.
    let request: GenerationRequest
    let outlet: GenerationOutlet
    let context: GenerationContext
    /// The most tokens to generate.
    let limit: Int

    /// The prompt and what was drawn behind it; the cache holds a beginning of it.
    private(set) var text: [TokenID]
    /// The keys and values, while the scheduler lets it run.
    private(set) var cache: KVCache?
    /// Whether the cache is as the scheduler wants it to begin: with what others had computed.
    private(set) var hasBegun = false
    /// The order of arrival.
    var number = 0
    /// The last pass that it was part of.
    var lastPass = 0
    /// The pages that it was expected to need of its own when it was let in.
    var expectedPages = 0

    var processor: LogitProcessor
    var sampler: Sampler
    var drafting = RunDrafting()
    /// What the text must look like.
    var constraint: RunConstraint?
    var detokenizer: StreamingDetokenizer
    var stops: StopStringMatcher
    var reports = TokenReports()
    var promptReports: [TokenReport] = []
    var statistics = GenerationStatistics()
    var clock = RunClock()
    /// What is to be sent after the pass.
    var events: [GenerationEvent] = []
    private var progress = 0

    /// The part of a pass under way.
    private var part = PassPart()
    private var accepted = 0
    private var isOpen = false
    private var end: FinishReason?
    private var failure: (any Error)?

    /// How a generation stands after a pass.
    enum Outcome {
        case goesOn
        case finished
        case failed(any Error)
    }

    /// Checks the request; nothing is computed.
    init(
        _ request: GenerationRequest, _ context: GenerationContext, _ outlet: GenerationOutlet
    ) throws {
        let parameters = request.parameters
        try request.validate()
        try Self.check(request.prompt, context)
        self.request = request
        self.context = context
        self.outlet = outlet
        text = request.prompt
        constraint = try RunConstraint(request, context)
        let isWhole = constraint?.matcher.mustEnd ?? false
        limit = isWhole ? 0 : parameters.maximumTokens ?? .max
        processor = LogitProcessor(parameters: parameters)
        sampler = Sampler(parameters: parameters, vocabularyCount: context.vocabularySize)
        detokenizer = StreamingDetokenizer(context.tokenizer)
        stops = StopStringMatcher(parameters.stopStrings)
        for token in request.prompt { processor.accept(token) }
        statistics.promptTokens = request.prompt.count
    }

    private static func check(_ prompt: [TokenID], _ context: GenerationContext) throws {
        guard !prompt.isEmpty else {
            throw GenerationError(
                .emptyPrompt, "the prompt has no tokens, and the model adds none; give it some text"
            )
        }
        guard prompt.count < context.contextLength else {
            throw GenerationError(
                .contextFull,
                "the prompt has \(prompt.count) tokens and the context holds "
                    + "\(context.contextLength), of which one at least must be left to generate; "
                    + "shorten the prompt or ask for a larger context")
        }
        for token in prompt where token < 0 || token >= context.vocabularySize {
            throw ModelError(
                .invalidToken,
                "token \(token) is outside the vocabulary of \(context.vocabularySize)")
        }
    }

    // MARK: - Its cache

    /// Tokens of the text that are in the cache.
    var computed: Int { cache?.count ?? 0 }
    /// Tokens of the text that are not.
    var pending: Int { text.count - computed }
    /// Whether it goes on token by token.
    var isDecoding: Bool { hasBegun && pending == 1 }
    var generatedCount: Int { text.count - request.prompt.count }

    /// Lets it run, with an empty cache.
    func start(_ cache: KVCache) {
        self.cache = cache
        clock.start()
    }

    /// Lets the cache begin with `count` positions that are in `pages`.
    func begin(_ pages: [KeyValuePage], count: Int) {
        cache?.adopt(pages, count: count)
        if !hasBegun, generatedCount == 0 { statistics.reusedTokens = count }
        hasBegun = true
    }

    /// Gives the cache up; what has been drawn stays.
    func releaseCache() {
        cache = nil
        hasBegun = false
    }

    // MARK: - A pass

    /// The next `count` tokens, and behind the last one of the text as many guesses as pay, up to
    /// `guesses`.
    func nextPart(_ count: Int, guesses: Int) -> PassPart {
        let first = computed
        part = PassPart(first: first, tokens: Array(text[first..<first + count]))
        let isEnd = first + count == text.count
        if first == 0 { reportFirst() }
        if isEnd, guesses > 0, generatedCount > 0, constraint == nil {
            let room = min(guesses, context.contextLength - text.count, limit - generatedCount - 1)
            part.draft = drafting.draft(request, text, context.contextLength, atMost: room)
        }
        part.outputs = outputs(isEnd: isEnd)
        accepted = 0
        isOpen = true
        do {
            if isEnd, limit > 0 { try prepareConstraint() }
        } catch {
            failure = error
            isOpen = false
        }
        part.selection = selection(part.draft)
        return part
    }

    private func outputs(isEnd: Bool) -> SequenceChunk.Outputs {
        if request.reportsPrompt, part.first < request.prompt.count { return .all }
        guard isEnd, limit > 0 else { return .none }
        return part.draft.isEmpty ? .last : .all
    }

    /// Takes the logits of a token of the part, in the order of the tokens; `logits` is scratch memory.
    ///
    /// Rows behind a wrong guess are not drawn from, so random numbers and penalties are those of
    /// one pass for each token.
    func receive(_ row: LogitsRow, _ logits: inout [Float]) {
        guard isOpen else { return }
        let next = part.first + row.token + 1
        if next < request.prompt.count { return reportPrompt(next, row) }
        flushPromptReports()
        guard limit > 0 else { return }
        do { end = try sample(row, &logits) } catch { failure = error }
        isOpen =
            end == nil && failure == nil && accepted < part.draft.count
            && text.last == part.draft[accepted]
        if isOpen { accepted += 1 }
    }

    /// The pass is done and the cache holds its tokens: forgets what was guessed wrong.
    func endPart() -> Outcome {
        let known = part.first + part.tokens.count
        cache?.truncate(to: known + accepted)
        statistics.draftedTokens += part.draft.count
        statistics.acceptedTokens += accepted
        flushPromptReports()
        if let failure { return .failed(failure) }
        noteProgress(known)
        if known == request.prompt.count, limit == 0 {
            clock.noteLogits(&statistics)
            end = constraint?.matcher.mustEnd ?? false ? .complete : .maximumTokens
        }
        if end == nil, text.count > context.contextLength { end = .contextFull }
        guard let end else { return .goesOn }
        finish(end)
        return .finished
    }

    /// Progress comes before what the pass's last row led to.
    private func noteProgress(_ known: Int) {
        let total = request.prompt.count
        guard known <= total, known > progress else { return }
        progress = known
        events.insert(.promptProgress(done: known, total: total), at: 0)
    }

    func append(_ token: TokenID) { text.append(token) }
}

/// Tokens of one generation in one pass.
struct PassPart {
    /// The position of the first.
    var first = 0
    var tokens: [TokenID] = []
    /// Guesses behind them.
    var draft: [TokenID] = []
    var outputs = SequenceChunk.Outputs.none
    var selection = LogitSelection.all

    var count: Int { tokens.count + draft.count }
}
