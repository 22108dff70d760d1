internal import CBitNetKernels

/// Queries, keys and values of a batch, and what its attention keeps for the backward pass.
public struct AttentionValues: Sendable {
    /// Queries, (tokens, heads · width).
    public let queries: AlignedBuffer<Float>
    /// Keys, (tokens, key/value heads · width).
    public let keys: AlignedBuffer<Float>
    /// Values, as keys.
    public let values: AlignedBuffer<Float>
    /// The result, as queries.
    public let out: AlignedBuffer<Float>
    /// Greatest score and inverse sum of each token's heads, (tokens · heads, 2).
    public let statistics: AlignedBuffer<Float>

    /// Over these buffers.
    public init(
        queries: AlignedBuffer<Float>, keys: AlignedBuffer<Float>, values: AlignedBuffer<Float>,
        out: AlignedBuffer<Float>, statistics: AlignedBuffer<Float>
    ) {
        self.queries = queries
        self.keys = keys
        self.values = values
        self.out = out
        self.statistics = statistics
    }
}

extension TrainingContext {
    /// Causal attention of each sequence with itself, softmax in float32 (arXiv 1706.03762).
    public func attend(_ values: AttentionValues, _ shape: SequenceShape, _ heads: AttentionShape) {
        forEachGroup(shape, heads) { sequence, group, worker in
            var arguments = self.arguments(values, shape, heads, sequence, group, worker)
            self.table.attention_forward(&arguments)
        }
    }

    /// Backward of ``attend(_:_:_:)``: gradients of queries, keys and values from that of `out`.
    public func attendBackward(
        _ values: AttentionValues, _ shape: SequenceShape, _ heads: AttentionShape,
        out: AlignedBuffer<Float>, queries: AlignedBuffer<Float>, keys: AlignedBuffer<Float>,
        values dvalues: AlignedBuffer<Float>
    ) {
        precondition(min(out.count, queries.count) >= shape.tokens * heads.queryWidth, "short")
        precondition(min(keys.count, dvalues.count) >= shape.tokens * heads.keyValueWidth, "short")
        forEachGroup(shape, heads) { sequence, group, worker in
            var arguments = self.arguments(values, shape, heads, sequence, group, worker)
            let place = Self.place(shape, heads, sequence, group)
            arguments.out_gradient = UnsafePointer(out.base + place.query)
            arguments.query_gradient = queries.base + place.query
            arguments.key_gradient = keys.base + place.key
            arguments.value_gradient = dvalues.base + place.key
            self.table.attention_backward(&arguments)
        }
    }

    /// Runs `body` for every key/value head of every sequence.
    private func forEachGroup(
        _ shape: SequenceShape, _ heads: AttentionShape,
        _ body: (_ sequence: Int, _ group: Int, _ worker: Int) -> Void
    ) {
        let groups = heads.keyValueHeads
        let work = shape.tokens * shape.length * heads.queryWidth
        split(shape.sequences * groups, work: work) { share, worker in
            for index in share { body(index / groups, index % groups, worker) }
        }
    }

    /// Where the first token of a sequence has its group's queries and keys.
    private static func place(
        _ shape: SequenceShape, _ heads: AttentionShape, _ sequence: Int, _ group: Int
    ) -> (query: Int, key: Int) {
        let first = sequence * shape.length
        let perGroup = heads.groupHeads * heads.headDimension
        return (
            first * heads.queryWidth + group * perGroup,
            first * heads.keyValueWidth + group * heads.headDimension
        )
    }

    private func arguments(
        _ values: AttentionValues, _ shape: SequenceShape, _ heads: AttentionShape,
        _ sequence: Int, _ group: Int, _ worker: Int
    ) -> bn_training_attention_arguments {
        let perGroup = heads.groupHeads
        let place = Self.place(shape, heads, sequence, group)
        let statistics = (sequence * heads.heads + group * perGroup) * shape.length * 2
        precondition(values.queries.count >= shape.tokens * heads.queryWidth, "queries are short")
        precondition(values.out.count >= shape.tokens * heads.queryWidth, "the result is short")
        precondition(
            min(values.keys.count, values.values.count) >= shape.tokens * heads.keyValueWidth,
            "keys or values are short")
        precondition(values.statistics.count >= shape.tokens * heads.heads * 2, "short")
        return bn_training_attention_arguments(
            queries: values.queries.base + place.query, keys: values.keys.base + place.key,
            values: values.values.base + place.key, query_stride: heads.queryWidth,
            key_stride: heads.keyValueWidth, positions: shape.length, heads: perGroup,
            head_dim: heads.headDimension, scale: 1 / Float(heads.headDimension).squareRoot(),
            out: values.out.base + place.query, statistics: values.statistics.base + statistics,
            scratch: scratch(worker), out_gradient: nil, query_gradient: nil, key_gradient: nil,
            value_gradient: nil)
    }
}
