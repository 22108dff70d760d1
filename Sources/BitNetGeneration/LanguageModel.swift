public import BitNetModels
public import BitNetTensors
public import BitNetTokenizers
internal import Synchronization

/// A model with its tokenizer, ready to generate text.
///
///     let model = try await LanguageModel.load(from: "bitnet-b1.58-2B-4T.gguf")
///     for try await event in model.generate("The capital of France is") {
///         if case .text(let text) = event { print(text, terminator: "") }
///     }
///
/// Safe to use from any task. Generations that run at the same time share passes over the weights,
/// and what their texts begin with; none changes another's text.
public final class LanguageModel: Sendable {
    /// How a model is loaded and run.
    public struct Options: Sendable {
        /// Compute threads; nil for one per processor.
        public var threads: Int?
        /// Positions of a sequence; nil for the model's own length, at most 4,096.
        public var contextLength: Int?
        /// Tokens of a prompt that are computed together.
        ///
        /// Multiples of 12 are computed best; more than 48 gains a few percent and costs memory; the result is the same.
        public var prefillChunk: Int
        /// How keys and values are cached.
        public var keyValueFormat: KeyValueFormat
        /// How the output head is kept; a quantised one moves logits by a few thousandths of their
        /// range and reads a quarter as much of it for each token.
        public var headPrecision: HeadPrecision
        /// How ternary weights are packed in memory; results do not depend on it.
        public var pack: PackChoice
        /// The kernels; nil for the best that the processor has.
        public var kernels: KernelSet?
        /// Bytes for keys and values of all sequences together, at least of one context; nil for
        /// `keyValueContexts` contexts.
        ///
        /// Paid for as it is used. What is left of it keeps the beginnings of earlier texts.
        public var keyValueMemory: Int?
        /// Contexts that keys and values have room for where `keyValueMemory` does not say.
        public var keyValueContexts: Int
        /// The most generations at once; others wait, in the order of their arrival.
        public var maximumSequences: Int
        /// The most generations that may wait; nil for any number.
        ///
        /// Beyond it they fail with `GenerationError.Code.queueFull`.
        public var queueLimit: Int?

        /// Options; what is not given has the default.
        public init(
            threads: Int? = nil, contextLength: Int? = nil, prefillChunk: Int = 48,
            keyValueFormat: KeyValueFormat = .float16,
            headPrecision: HeadPrecision = .automatic, pack: PackChoice = .automatic,
            kernels: KernelSet? = nil, keyValueMemory: Int? = nil, keyValueContexts: Int = 2, maximumSequences: Int = 64,
            queueLimit: Int? = nil
        ) {
            self.threads = threads
            self.contextLength = contextLength
            self.prefillChunk = prefillChunk
            self.keyValueFormat = keyValueFormat
            self.headPrecision = headPrecision
            self.pack = pack
            self.kernels = kernels
            self.keyValueMemory = keyValueMemory
            self.keyValueContexts = keyValueContexts
            self.maximumSequences = maximumSequences
            self.queueLimit = queueLimit
        }
    }

    /// The weights and their forward pass.
    public let model: BitNetModel
    /// Text to ids and back.
    public let tokenizer: Tokenizer
    /// The model's own chat template, if it has one that can be used.
    public let chatTemplate: ChatTemplate?
    /// Why the model's own chat template can't be used, if so; plain text can still be continued.
    public let chatTemplateError: ChatTemplateError?
    /// Positions of a sequence.
    public let contextLength: Int

    /// The pooling of embeddings that the file names.
    let declaredPooling: EmbeddingPooling?
    let engine: GenerationEngine
    private let vocabulary = Mutex<ConstraintVocabulary?>(nil)

    /// The context that is reserved when none is asked for.
    static let defaultContextLimit = 4096

    /// Loads a GGUF file or a folder in Hugging Face's layout.
    ///
    /// `progress` is called with fractions from 0 to 1, on another thread. Throws when the file is
    /// no supported model; the error says what was found and what was expected.
    public static func load(
        from path: String, options: Options = Options(),
        progress: (@Sendable (Double) -> Void)? = nil
    ) async throws -> LanguageModel {
        try await BackgroundWork.run { try LanguageModel(path, options, progress) }
    }

    private init(
        _ path: String, _ options: Options, _ progress: (@Sendable (Double) -> Void)?
    ) throws {
        let checkpoint = try ModelCheckpoint(path: path)
        let compute = try ComputeContext(threads: options.threads, kernels: options.kernels)
        model = try ModelLoader.load(
            checkpoint, compute, head: options.headPrecision, pack: options.pack,
            progress: progress)
        tokenizer = try TokenizerLoader.load(checkpoint)
        (chatTemplate, chatTemplateError) = Self.parse(tokenizer.chatTemplate)
        let trained = model.configuration.contextLength
        contextLength = options.contextLength ?? min(trained, Self.defaultContextLimit)
        declaredPooling = DeclaredPooling.of(checkpoint)
        let declared = model.configuration.endOfText + EndTokens.declared(beside: checkpoint)
        engine = GenerationEngine(
            model: model,
            workspace: try Workspace(
                model, tokens: options.prefillChunk, positions: contextLength),
            pool: try Self.makePool(model, options, contextLength: contextLength),
            limits: SchedulerLimits(
                maximumSequences: max(options.maximumSequences, 1),
                queueLimit: options.queueLimit, contextLength: contextLength),
            context: GenerationContext(
                tokenizer: tokenizer,
                endTokens: tokenizer.endOfGeneration.union(
                    declared.compactMap { TokenID(exactly: $0) }),
                vocabularySize: model.configuration.vocabularySize, contextLength: contextLength))
    }

    /// Pages within the budget, which must do for one sequence at its longest.
    private static func makePool(
        _ model: BitNetModel, _ options: Options, contextLength: Int
    ) throws -> KeyValuePool {
        guard let layout = model.configuration.keyValueLayout(options.keyValueFormat) else {
            throw ModelError(.outOfMemory, "no memory for keys and values of such a model")
        }
        let context = KeyValueLayout.pages(contextLength)
        guard let budget = options.keyValueMemory else {
            return KeyValuePool(layout, pages: max(options.keyValueContexts, 1) * context)
        }
        let pool = KeyValuePool(layout, bytes: budget)
        guard pool.totalPages >= context else {
            throw ModelError(
                .outOfMemory,
                "\(budget) bytes for keys and values hold \(pool.totalPages) pages of "
                    + "\(layout.pageBytes) bytes, and a context of \(contextLength) tokens takes "
                    + "\(context); allow \(context * layout.pageBytes) bytes or more, or ask for a "
                    + "smaller context")
        }
        return pool
    }

    /// What the engine is doing and has done.
    public var statistics: EngineStatistics { engine.statistics }

    /// The vocabulary in the form that constraints are compiled for.
    ///
    /// Made when it is first asked for, in about a tenth of a second for 128,256 tokens.
    public var constraintVocabulary: ConstraintVocabulary {
        vocabulary.withLock { known in
            if let known { return known }
            let made = ConstraintVocabulary(
                tokenizer, count: engine.context.vocabularySize,
                endTokens: engine.context.endTokens)
            known = made
            return made
        }
    }

    private static func parse(_ template: String?) -> (ChatTemplate?, ChatTemplateError?) {
        guard let template else { return (nil, nil) }
        do throws(ChatTemplateError) {
            return (try ChatTemplate(template), nil)
        } catch {
            return (nil, error)
        }
    }

    /// Continues `prompt`, a plain text.
    ///
    /// Ending the iteration (or cancelling its task) ends the generation within one token.
    public func generate(
        _ prompt: String, parameters: GenerationParameters = GenerationParameters(),
        interruption: Interruption = Interruption()
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        generate(tokens: encode(prompt), parameters: parameters, interruption: interruption)
    }

    /// Continues a prompt of token ids, exactly as they are.
    public func generate(
        tokens: [TokenID], parameters: GenerationParameters = GenerationParameters(),
        interruption: Interruption = Interruption()
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        generate(
            GenerationRequest(prompt: tokens, parameters: parameters), interruption: interruption)
    }

    /// Generates what `request` asks for.
    public func generate(
        _ request: GenerationRequest, interruption: Interruption = Interruption()
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        engine.generate(request, interruption)
    }

    /// The ids of a plain text, with the begin-of-text token where the model wants one.
    public func encode(_ text: String) -> [TokenID] {
        tokenizer.encode(text, addBeginningOfText: tokenizer.addsBeginningOfText)
    }

    /// The tokens that `text` takes, without a begin-of-text token.
    public func countTokens(_ text: String) -> Int { tokenizer.encode(text).count }

    /// The logits after each of `tokens`, (tokens, vocabulary), from an empty context.
    ///
    /// Computed with a float32 cache, as the reference does. Costs 4 bytes a logit.
    public func logits(for tokens: [TokenID]) async throws -> [[Float]] {
        try await engine.perform { [self] in
            let cache = try model.makeCache(capacity: max(tokens.count, 1), format: .float32)
            let step = engine.workspace.tokenCapacity
            var rows: [[Float]] = []
            for start in stride(from: 0, to: tokens.count, by: step) {
                let chunk = SequenceChunk(
                    cache: cache, tokens: Array(tokens[start..<min(start + step, tokens.count)]),
                    outputs: .all)
                try model.forward([chunk], engine.workspace) { rows.append($0.logits) }
            }
            return rows
        }
    }
}
