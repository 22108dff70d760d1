internal import BitNetTensors

/// New tokens of one sequence.
public struct SequenceChunk {
    /// The sequence, whose cache holds all earlier tokens.
    public let cache: KVCache
    /// The tokens that follow, at least one.
    public let tokens: [Int32]
    /// Which of them need logits.
    public let outputs: Outputs

    /// Which tokens' logits are computed.
    public enum Outputs: Sendable {
        /// None: only the cache is filled.
        case none
        /// The last token's.
        case last
        /// Every token's.
        case all
    }

    /// Tokens to be appended to the sequence in `cache`.
    public init(cache: KVCache, tokens: [Int32], outputs: Outputs) {
        self.cache = cache
        self.tokens = tokens
        self.outputs = outputs
    }
}

/// The logits of one token.
public struct LogitsRow {
    /// The index of the chunk in the pass.
    public let chunk: Int
    /// The index of the token in the chunk.
    public let token: Int
    /// One logit for each token of the vocabulary.
    public let logits: [Float]
}

extension BitNetModel {
    /// Computes the chunks together and appends their tokens to the caches.
    ///
    /// Logits do not depend on what else is in the pass, on how a sequence is cut into chunks or on
    /// the number of threads: not in one bit. On an error no cache has changed. Caches must be this
    /// model's and each occur in one chunk only.
    public func forward(
        _ chunks: [SequenceChunk], _ workspace: Workspace, logits: (LogitsRow) -> Void
    ) throws(ModelError) {
        let slots = try slots(chunks, workspace)
        let longest = slots.reduce(0) { max($0, $1.position + 1) }
        workspace.prepareRotary(rotary, positions: longest)
        embed(chunks, workspace)
        for (layer, block) in blocks.enumerated() {
            attend(block.attention, layer: layer, slots, workspace)
            feedForward(block.feedForward, tokens: slots.count, workspace)
        }
        for chunk in chunks { chunk.cache.advance(by: chunk.tokens.count) }
        emit(chunks, workspace, logits)
    }

    /// The place of every token; checks ids and room.
    private func slots(
        _ chunks: [SequenceChunk], _ workspace: Workspace
    ) throws(ModelError) -> [TokenSlot] {
        var slots: [TokenSlot] = []
        for (index, chunk) in chunks.enumerated() {
            let cache = chunk.cache
            precondition(
                !chunks[..<index].contains { $0.cache === cache }, "a cache is in two chunks")
            precondition(cache.memory.layers == blocks.count, "a cache of another model")
            guard !chunk.tokens.isEmpty else {
                throw ModelError(.invalidToken, "a chunk has no tokens; expected at least one")
            }
            guard cache.count + chunk.tokens.count <= min(cache.capacity, workspace.contextCapacity)
            else {
                throw ModelError(
                    .contextFull,
                    "the context is full: \(cache.count) positions and \(chunk.tokens.count) more "
                        + "tokens exceed \(min(cache.capacity, workspace.contextCapacity))")
            }
            for (offset, token) in chunk.tokens.enumerated() {
                guard token >= 0, token < configuration.vocabularySize else {
                    throw ModelError(
                        .invalidToken,
                        "token \(token) is outside the vocabulary of "
                            + "\(configuration.vocabularySize)")
                }
                slots.append(TokenSlot(memory: cache.memory, position: cache.count + offset))
            }
        }
        guard slots.count <= workspace.tokenCapacity else {
            throw ModelError(
                .contextFull,
                "a pass of \(slots.count) tokens exceeds the workspace's \(workspace.tokenCapacity)"
            )
        }
        return slots
    }

    private func embed(_ chunks: [SequenceChunk], _ workspace: Workspace) {
        var row = 0
        for token in chunks.lazy.flatMap(\.tokens) {
            embedding.decodeRow(
                Int(token), into: workspace.hidden, at: row * configuration.hiddenSize)
            row += 1
        }
    }

    /// x += output(subNorm(attention(rope(q), rope(k), v))) on the normalised x.
    private func attend(
        _ weights: AttentionWeights, layer: Int, _ slots: [TokenSlot], _ workspace: Workspace
    ) {
        let shape = configuration.attentionShape
        projectHeads(weights, tokens: slots.count, workspace)
        compute.rotateAndStore(
            layer: layer, slots: slots, shape, workspace.rotary, queries: workspace.queries,
            keys: workspace.keys, values: workspace.values, rotated: workspace.rotated)
        compute.attend(
            layer: layer, slots: slots, shape, rotated: workspace.rotated,
            scratch: workspace.attentionScratch, into: workspace.attended)
        project(
            weights.output, workspace.attended, tokens: slots.count, norm: weights.subNorm,
            into: workspace.hidden, accumulate: true, workspace)
    }

    /// Queries, keys and values of the normalised residual stream.
    private func projectHeads(_ weights: AttentionWeights, tokens: Int, _ workspace: Workspace) {
        let hidden = configuration.hiddenSize
        if let query = weights.query.sharedInput, let key = weights.key.sharedInput,
            let value = weights.value.sharedInput
        {
            compute.quantize(
                workspace.hidden, tokens: tokens, width: hidden, norm: weights.inputNorm,
                scratch: workspace.normalized, into: workspace.activations)
            compute.multiply(
                workspace.activations, TernaryProduct(query, into: workspace.queries),
                TernaryProduct(key, into: workspace.keys),
                TernaryProduct(value, into: workspace.values))
            return
        }
        project(
            weights.query, workspace.hidden, tokens: tokens, norm: weights.inputNorm,
            into: workspace.queries, workspace)
        project(
            weights.key, workspace.hidden, tokens: tokens, norm: weights.inputNorm,
            into: workspace.keys, workspace)
        project(
            weights.value, workspace.hidden, tokens: tokens, norm: weights.inputNorm,
            into: workspace.values, workspace)
    }

    /// x += down(subNorm(activation(gate) · up)) on the normalised x.
    private func feedForward(
        _ weights: FeedForwardWeights, tokens: Int, _ workspace: Workspace
    ) {
        let hidden = configuration.hiddenSize
        if let gate = weights.gate.sharedInput, let up = weights.up.sharedInput {
            compute.quantize(
                workspace.hidden, tokens: tokens, width: hidden, norm: weights.inputNorm,
                scratch: workspace.normalized, into: workspace.activations)
            compute.multiplyGated(
                workspace.activations, gate: TernaryProduct(gate, into: workspace.gate),
                up: TernaryProduct(up, into: workspace.up), configuration.activation)
        } else {
            project(
                weights.gate, workspace.hidden, tokens: tokens, norm: weights.inputNorm,
                into: workspace.gate, workspace)
            project(
                weights.up, workspace.hidden, tokens: tokens, norm: weights.inputNorm,
                into: workspace.up, workspace)
            compute.applyGate(
                configuration.activation, workspace.gate, workspace.up, tokens: tokens,
                width: configuration.feedForwardSize)
        }
        project(
            weights.down, workspace.gate, tokens: tokens, norm: weights.subNorm,
            into: workspace.hidden, accumulate: true, workspace, scratch: workspace.up)
    }

    /// One projection of `input`, normalised first where there is a norm, into `scratch` (by default
    /// the workspace's normalised input).
    private func project(
        _ linear: Linear, _ input: AlignedBuffer<Float>, tokens: Int, norm: RMSNorm?,
        into out: AlignedBuffer<Float>, accumulate: Bool = false, _ workspace: Workspace,
        scratch: AlignedBuffer<Float>? = nil
    ) {
        let scratch = scratch ?? workspace.normalized
        var input = input
        var norm = norm
        switch linear {
        case .ternary(let linear):
            if let own = linear.inputNorm {
                if let outer = norm {
                    compute.normalize(input, tokens: tokens, outer, into: scratch)
                    input = scratch
                }
                norm = own
            }
            compute.quantize(
                input, tokens: tokens, width: linear.weights.columns, norm: norm,
                scratch: scratch, into: workspace.activations)
            compute.multiply(
                workspace.activations,
                TernaryProduct(linear.weights, into: out, accumulate: accumulate))
        case .dense(let matrix):
            if let norm {
                compute.normalize(input, tokens: tokens, norm, into: scratch)
                input = scratch
            }
            compute.multiply(matrix, input, tokens: tokens, into: out, accumulate: accumulate)
        }
    }

    /// Logits of the tokens that ask for them, a few rows at a time.
    private func emit(
        _ chunks: [SequenceChunk], _ workspace: Workspace, _ receive: (LogitsRow) -> Void
    ) {
        var wanted: [(chunk: Int, token: Int, row: Int)] = []
        var first = 0
        for (index, chunk) in chunks.enumerated() {
            let count = chunk.tokens.count
            let start = chunk.outputs == .all ? 0 : chunk.outputs == .last ? count - 1 : count
            for token in start..<count { wanted.append((index, token, first + token)) }
            first += count
        }
        let vocabulary = configuration.vocabularySize
        let step = workspace.logits.count / vocabulary
        for start in stride(from: 0, to: wanted.count, by: step) {
            let rows = wanted[start..<min(start + step, wanted.count)]
            computeLogits(rows.map(\.row), workspace)
            for (index, place) in rows.enumerated() {
                workspace.logits.copy(
                    index * vocabulary..<(index + 1) * vocabulary, into: &workspace.row)
                receive(
                    LogitsRow(chunk: place.chunk, token: place.token, logits: workspace.row))
            }
        }
    }

    private func computeLogits(_ rows: [Int], _ workspace: Workspace) {
        let hidden = configuration.hiddenSize
        for (index, row) in rows.enumerated() {
            workspace.normalized.assign(
                from: workspace.hidden, row * hidden..<(row + 1) * hidden, at: index * hidden)
        }
        compute.normalize(
            workspace.normalized, tokens: rows.count, outputNorm, into: workspace.normalized)
        compute.multiply(head, workspace.normalized, tokens: rows.count, into: workspace.logits)
    }
}
