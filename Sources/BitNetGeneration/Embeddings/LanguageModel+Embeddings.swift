internal import BitNetModels
internal import BitNetTensors
public import BitNetTokenizers

extension LanguageModel {
    /// Whether the model was made for embeddings: its file names a pooling, or every projection
    /// norms its input, as in BitNet's text embedders (arXiv 2606.25674).
    public var isEmbeddingModel: Bool {
        declaredPooling != nil || model.normalizesProjectionInputs
    }

    /// The pooling that the file names; where it names none, the last token's for a text embedder and
    /// the mean for any other model.
    public var defaultPooling: EmbeddingPooling {
        declaredPooling ?? (model.normalizesProjectionInputs ? .last : .mean)
    }

    /// The vector of a text, with the begin-of-text token where the model wants one.
    ///
    /// As `embed(tokens:pooling:normalized:allowsAnyModel:)`.
    public func embed(
        _ text: String, pooling: EmbeddingPooling? = nil, normalized: Bool = true,
        allowsAnyModel: Bool = false
    ) async throws -> TextEmbedding {
        try await embed(
            tokens: encode(text), pooling: pooling, normalized: normalized,
            allowsAnyModel: allowsAnyModel)
    }

    /// The vector of a text of token ids: the hidden states behind the output norm, pooled, and of
    /// length 1 if `normalized`.
    ///
    /// Over a float32 cache; the same to the last bit whatever the threads, the batch and who else is
    /// served, and takes turns with generations. `pooling` is `defaultPooling` unless it is given.
    /// Throws when there are no tokens or more than the context holds, and when the model is no
    /// embedding model, unless `allowsAnyModel`.
    public func embed(
        tokens: [TokenID], pooling: EmbeddingPooling? = nil, normalized: Bool = true,
        allowsAnyModel: Bool = false
    ) async throws -> TextEmbedding {
        try requireEmbeddings(allowsAnyModel)
        guard !tokens.isEmpty else {
            throw GenerationError(
                .emptyPrompt, "there is no text to embed; expected a token or more")
        }
        guard tokens.count <= contextLength else {
            throw GenerationError(
                .contextFull,
                "the text has \(tokens.count) tokens, more than the context's \(contextLength)")
        }
        let pooling = pooling ?? defaultPooling
        let cache = try await engine.perform { [model] in
            try model.makeCache(capacity: tokens.count, format: .float32)
        }
        var pool = EmbeddingPool(pooling, width: model.configuration.hiddenSize)
        let step = engine.workspace.tokenCapacity
        for start in stride(from: 0, to: tokens.count, by: step) {
            try Task.checkCancellation()
            let end = min(start + step, tokens.count)
            let part = Array(tokens[start..<end])
            for state in try await hiddenStates(part, cache, all: pooling == .mean) {
                pool.add(state)
            }
        }
        return TextEmbedding(
            values: pool.vector(normalized: normalized), tokenCount: tokens.count)
    }

    private func requireEmbeddings(_ allowsAnyModel: Bool) throws(GenerationError) {
        guard allowsAnyModel || isEmbeddingModel else {
            throw GenerationError(
                .noEmbeddings,
                "the model was not made for embeddings: its projections have no norms of their "
                    + "input and its file names no pooling; vectors can be forced (bitnet embed "
                    + "--force, bitnet serve --embeddings, allowsAnyModel)")
        }
    }
}
