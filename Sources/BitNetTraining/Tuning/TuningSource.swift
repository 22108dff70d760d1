public import BitNetModels
internal import BitNetTokenizers

/// The model that fine-tuning begins with, as far as a task needs it.
public struct TuningSource: Sendable {
    /// Its shape.
    public let configuration: ModelConfiguration
    /// Its tokenizer, with the chat template that is trained with.
    public let tokenizerFiles: TokenizerFiles
    /// Tokens that end a text or a turn beside the tokenizer's own.
    public let endTokens: [Int]
    /// What turns conversations into tokens.
    public let encoder: ChatEncoder

    /// A model's shape and tokenizer.
    ///
    /// The template is `chatTemplate`, else the model's own, else, for a tokenizer of
    /// `bitnet train tokenizer`, the one made for it.
    public init(
        _ configuration: ModelConfiguration, _ files: TokenizerFiles, endTokens: [Int],
        chatTemplate: String? = nil
    ) throws(TrainingError) {
        let tokenizer = try files.tokenizer()
        let first = tokenizer.vocabularyCount - ChatFormat.controlTokens.count
        let isOurs = ChatFormat.controlTokens.enumerated().allSatisfy { index, name in
            tokenizer.token(named: name).map { Int($0) == first + index } ?? false
        }
        let fallback = tokenizer.chatTemplate == nil && isOurs ? ChatFormat.template : nil
        let template = chatTemplate ?? fallback
        guard template != nil || tokenizer.chatTemplate != nil else {
            throw TrainingError(
                .unsupportedModel,
                "the model has no chat template, so there is no telling how it marks turns; give "
                    + "one in a file (--chat-template)")
        }
        guard tokenizer.vocabularyCount <= configuration.vocabularySize else {
            throw TrainingError(
                .unsupportedModel,
                "the tokenizer has \(tokenizer.vocabularyCount) tokens, the model's vocabulary "
                    + "\(configuration.vocabularySize) entries; expected the model's own tokenizer")
        }
        self.configuration = configuration
        self.endTokens = endTokens
        tokenizerFiles = template.map { files.with(chatTemplate: $0) } ?? files
        encoder = try ChatEncoder(
            tokenizer: tokenizer, template: template,
            endTokens: Set(endTokens.compactMap { TokenID(exactly: $0) }))
    }

    /// Ternary, unless the model's own projections are of full precision.
    public var precision: TrainingPrecision {
        let excluded = configuration.quantization?.excludedModules ?? []
        if excluded.contains("q_proj") { return .full }
        return configuration.family == .bitNet || configuration.quantization != nil
            ? .ternary : .full
    }
}

extension TokenizerFiles {
    /// Throws unless both tokenizers give every id the same bytes.
    func requireSameTokens(as other: TokenizerFiles, _ file: String) throws(TrainingError) {
        guard fingerprint != other.fingerprint else { return }
        let (own, theirs) = (try tokenizer(), try other.tokenizer())
        let count = max(own.vocabularyCount, theirs.vocabularyCount)
        for id in 0..<TokenID(count) where own.bytes(of: id) != theirs.bytes(of: id) {
            throw TrainingError(
                .invalidData, file: file,
                "the data was prepared with another tokenizer than the model's (token \(id) "
                    + "differs); prepare it with the model's own: bitnet train prepare --tokenizer "
                    + "MODEL")
        }
    }
}
