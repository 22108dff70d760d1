internal import BitNetTensors

extension BitNetModel {
    /// Computes the chunks together and appends their tokens to the caches.
    ///
    /// Logits do not depend on what else is in the pass, on how a sequence is cut into chunks or on
    /// the number of threads: not in one bit. On an error no cache has changed. Caches must be this
    /// model's and each occur in one chunk only.
    public func forward(
        _ chunks: [SequenceChunk], _ workspace: Workspace, logits: (LogitsRow) -> Void
    ) throws(ModelError) {
        try compute(chunks, workspace)
        workspace.measure(.head) { emit(workspace, logits) }
    }

    /// All layers for the chunks, whose tokens are appended to the caches.
    func compute(_ chunks: [SequenceChunk], _ workspace: Workspace) throws(ModelError) {
        workspace.beginPass()
        defer { workspace.endPass() }
        for (index, chunk) in chunks.enumerated() {
            precondition(
                !chunks[..<index].contains { $0.cache === chunk.cache }, "a cache is in two chunks")
            guard !chunk.tokens.isEmpty else {
                throw ModelError(.invalidToken, "a chunk has no tokens; expected at least one")
            }
            try place(chunk.cache, count: chunk.tokens.count, workspace)
            let first = workspace.tokens.count
            for token in chunk.tokens { try append(token, workspace) }
            let count = chunk.tokens.count
            let start = chunk.outputs == .all ? 0 : chunk.outputs == .last ? count - 1 : count
            for token in start..<count {
                workspace.wanted.append(
                    WantedRow(
                        chunk: index, token: token, row: first + token, selection: chunk.selection))
            }
        }
        run(workspace)
        for chunk in chunks { chunk.cache.advance(by: chunk.tokens.count) }
    }

    /// Computes the next token of one sequence and its logits, as `forward` does, without
    /// arrays of its own: the step of decoding.
    public func decode(
        _ token: Int32, _ cache: KVCache, _ workspace: Workspace,
        selection: LogitSelection = .all, logits: (LogitsRow) -> Void
    ) throws(ModelError) {
        workspace.beginPass()
        defer { workspace.endPass() }
        try place(cache, count: 1, workspace)
        try append(token, workspace)
        workspace.wanted.append(WantedRow(chunk: 0, token: 0, row: 0, selection: selection))
        run(workspace)
        cache.advance(by: 1)
        workspace.measure(.head) { emit(workspace, logits) }
    }

    /// Reserves the places of `count` tokens; checks that there is room.
    private func place(
        _ cache: KVCache, count: Int, _ workspace: Workspace
    ) throws(ModelError) {
        precondition(cache.memory.layout.layers == blocks.count, "a cache of another model")
        guard cache.count + count <= min(cache.capacity, workspace.contextCapacity) else {
            throw ModelError(
                .contextFull,
                "the context is full: \(cache.count) positions and \(count) more "
                    + "tokens exceed \(min(cache.capacity, workspace.contextCapacity))")
        }
        guard cache.prepare(count) else {
            throw ModelError(
                .outOfMemory,
                "no memory for the keys and values of \(count) more tokens; ask for a smaller "
                    + "context or fewer sequences at a time")
        }
        for offset in 0..<count {
            workspace.slots.append(
                TokenSlot(memory: cache.memory, position: cache.count + offset))
        }
        guard workspace.slots.count <= workspace.tokenCapacity else {
            throw ModelError(
                .contextFull,
                "a pass of \(workspace.slots.count) tokens exceeds the workspace's "
                    + "\(workspace.tokenCapacity)")
        }
    }

    private func append(_ token: Int32, _ workspace: Workspace) throws(ModelError) {
        guard token >= 0, token < configuration.vocabularySize else {
            throw ModelError(
                .invalidToken,
                "token \(token) is outside the vocabulary of \(configuration.vocabularySize)")
        }
        workspace.tokens.append(token)
    }

    /// All layers, for the tokens that were placed.
    private func run(_ workspace: Workspace) {
        let longest = workspace.slots.reduce(0) { max($0, $1.position + 1) }
        workspace.prepareRotary(rotary, positions: longest)
        workspace.measure(.embedding) { embed(workspace) }
        for (layer, block) in blocks.enumerated() {
            attend(block.attention, layer: layer, workspace.slots, workspace)
            feedForward(block.feedForward, tokens: workspace.slots.count, workspace)
        }
    }

    private func embed(_ workspace: Workspace) {
        for (row, token) in workspace.tokens.enumerated() {
            let offset = row * configuration.hiddenSize
            if let bytes = workspace.embeddingRow {
                embedding.decodeRow(
                    Int(token), into: workspace.hidden, at: offset, through: bytes)
            } else {
                embedding.decodeRow(Int(token), into: workspace.hidden, at: offset)
            }
        }
    }

    /// x += output(subNorm(attention(rope(q), rope(k), v))) on the normalised x.
    private func attend(
        _ weights: AttentionWeights, layer: Int, _ slots: [TokenSlot], _ workspace: Workspace
    ) {
        let shape = configuration.attentionShape
        projectHeads(weights, tokens: slots.count, workspace)
        workspace.measure(.rotation) {
            compute.rotateAndStore(
                layer: layer, slots: slots, shape, workspace.rotary, queries: workspace.queries,
                keys: workspace.keys, values: workspace.values, rotated: workspace.rotated)
        }
        workspace.measure(.attention) {
            compute.attend(
                layer: layer, slots: slots, shape, rotated: workspace.rotated,
                scratch: workspace.attentionScratch, into: workspace.attended)
        }
        project(
            .output, weights.output, workspace.attended, tokens: slots.count,
            norm: weights.subNorm, into: workspace.hidden, accumulate: true, workspace)
    }

    /// Queries, keys and values of the normalised residual stream.
    private func projectHeads(_ weights: AttentionWeights, tokens: Int, _ workspace: Workspace) {
        if let query = weights.query.sharedInput, let key = weights.key.sharedInput,
            let value = weights.value.sharedInput
        {
            compute.announce(query, key, value, tokens: tokens)
            quantizeHidden(weights.inputNorm, tokens: tokens, workspace)
            workspace.measure(.queryKeyValue) {
                compute.multiply(
                    workspace.activations, TernaryProduct(query, into: workspace.queries),
                    TernaryProduct(key, into: workspace.keys),
                    TernaryProduct(value, into: workspace.values))
            }
            return
        }
        if case .dense(let query) = weights.query, case .dense(let key) = weights.key,
            case .dense(let value) = weights.value
        {
            normalizeHidden(weights.inputNorm, tokens: tokens, workspace)
            workspace.measure(.queryKeyValue) {
                compute.multiply(
                    workspace.normalized, tokens: tokens,
                    DenseProduct(query, into: workspace.queries),
                    DenseProduct(key, into: workspace.keys),
                    DenseProduct(value, into: workspace.values))
            }
            return
        }
        project(
            .queryKeyValue, weights.query, workspace.hidden, tokens: tokens,
            norm: weights.inputNorm, into: workspace.queries, workspace)
        project(
            .queryKeyValue, weights.key, workspace.hidden, tokens: tokens,
            norm: weights.inputNorm, into: workspace.keys, workspace)
        project(
            .queryKeyValue, weights.value, workspace.hidden, tokens: tokens,
            norm: weights.inputNorm, into: workspace.values, workspace)
    }

    /// x += down(subNorm(activation(gate) · up)) on the normalised x.
    private func feedForward(
        _ weights: FeedForwardWeights, tokens: Int, _ workspace: Workspace
    ) {
        if let gate = weights.gate.sharedInput, let up = weights.up.sharedInput {
            compute.announce(gate, tokens: tokens)
            quantizeHidden(weights.inputNorm, tokens: tokens, workspace)
            workspace.measure(.gateUp) {
                compute.multiplyGated(
                    workspace.activations, gate: TernaryProduct(gate, into: workspace.gate),
                    up: up, configuration.activation, workspace.sparse)
            }
        } else if case .dense(let gate) = weights.gate, case .dense(let up) = weights.up {
            normalizeHidden(weights.inputNorm, tokens: tokens, workspace)
            workspace.measure(.gateUp) {
                compute.multiplyGated(
                    gate: gate, up: up, workspace.normalized, tokens: tokens,
                    into: workspace.gate, upOut: workspace.up, configuration.activation)
            }
        } else {
            project(
                .gateUp, weights.gate, workspace.hidden, tokens: tokens, norm: weights.inputNorm,
                into: workspace.gate, workspace)
            project(
                .gateUp, weights.up, workspace.hidden, tokens: tokens, norm: weights.inputNorm,
                into: workspace.up, workspace)
            compute.applyGate(
                configuration.activation, workspace.gate, workspace.up, tokens: tokens,
                width: configuration.feedForwardSize)
        }
        project(
            .down, weights.down, workspace.gate, tokens: tokens, norm: weights.subNorm,
            into: workspace.hidden, accumulate: true, workspace, scratch: workspace.gate)
    }

    /// The normalised residual stream.
    private func normalizeHidden(_ norm: RMSNorm, tokens: Int, _ workspace: Workspace) {
        workspace.measure(.quantization) {
            compute.normalize(workspace.hidden, tokens: tokens, norm, into: workspace.normalized)
        }
    }

    /// The normalised residual stream, quantised.
    private func quantizeHidden(_ norm: RMSNorm, tokens: Int, _ workspace: Workspace) {
        workspace.measure(.quantization) {
            compute.quantize(
                workspace.hidden, tokens: tokens, width: configuration.hiddenSize, norm: norm,
                scratch: workspace.normalized, into: workspace.activations)
        }
    }

    /// One projection of `input`, normalised first where there is a norm, into `scratch` (by default
    /// the workspace's normalised input).
    private func project(
        _ step: StepProfile.Step, _ linear: Linear, _ input: AlignedBuffer<Float>, tokens: Int,
        norm: RMSNorm?, into out: AlignedBuffer<Float>, accumulate: Bool = false,
        _ workspace: Workspace, scratch: AlignedBuffer<Float>? = nil
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
            compute.announce(linear.weights, tokens: tokens)
            workspace.measure(.quantization) {
                compute.quantize(
                    input, tokens: tokens, width: linear.weights.columns, norm: norm,
                    scratch: scratch, into: workspace.activations)
            }
            let product = TernaryProduct(linear.weights, into: out, accumulate: accumulate)
            workspace.measure(step) { multiply(product, workspace) }
        case .dense(let matrix):
            if let norm {
                workspace.measure(.quantization) {
                    compute.normalize(input, tokens: tokens, norm, into: scratch)
                }
                input = scratch
            }
            workspace.measure(step) {
                compute.multiply(matrix, input, tokens: tokens, into: out, accumulate: accumulate)
            }
        }
    }

    private func multiply(_ product: TernaryProduct, _ workspace: Workspace) {
        switch product.matrix.layout {
        case .rows: compute.multiply(workspace.activations, product)
        case .columns: compute.multiplyColumns(workspace.activations, product, workspace.sparse)
        }
    }
}
