internal import CBitNetKernels

extension ComputeContext {
    /// Memory that `attend` needs for sequences of up to `positions`; nil when there is none.
    public func attentionScratch(_ shape: AttentionShape, positions: Int) -> AttentionScratch? {
        AttentionScratch(shape, positions: positions, workers: pool.workers)
    }

    /// Causal attention of every token over its own sequence, up to its own position.
    ///
    /// `rotated` is (tokens, heads, stride); `out` (tokens, heads · width). One synchronisation of
    /// the threads; positions are reduced in blocks of 256, whoever computes them.
    public func attend(
        layer: Int, slots: [TokenSlot], _ shape: AttentionShape, rotated: AlignedBuffer<Float>,
        scratch: AttentionScratch, into out: AlignedBuffer<Float>
    ) {
        precondition(out.count >= slots.count * shape.heads * shape.headDimension, "too short")
        precondition(
            rotated.count >= slots.count * shape.paddedQueryWidth, "too few rotated queries")
        slots.forEach { check($0, layer: layer, shape) }
        scratch.plan(slots, shape)
        let positions = slots.reduce(0) { $0 + $1.position + 1 }
        // Two float products, and what exponentials and short rows cost besides, in int8 ones.
        let work = positions * shape.heads * shape.headDimension * 16
        pool.run(items: scratch.unitCount, work: work) { worker, items in
            while let units = items.next() {
                for unit in units {
                    self.attendUnit(
                        unit, layer, shape, rotated: rotated.base, scratch, worker: worker,
                        out.base)
                }
            }
        }
    }

    /// One key/value head of a run of tokens, or a piece of its blocks.
    private func attendUnit(
        _ unit: Int, _ layer: Int, _ shape: AttentionShape, rotated: UnsafePointer<Float>,
        _ scratch: AttentionScratch, worker: Int, _ out: UnsafeMutablePointer<Float>
    ) {
        guard let run = scratch.runs.last(where: { $0.firstUnit <= unit }) else { return }
        let (head, piece) = (unit - run.firstUnit).quotientAndRemainder(dividingBy: run.pieces)
        let blocks = ThreadPool.share(run.blocks, piece, run.pieces)
        let layout = run.memory.layout
        let first = run.token * shape.heads + head * shape.groupHeads
        var arguments = bn_attention_arguments(
            queries: rotated + first * shape.stride, query_stride: shape.paddedQueryWidth,
            tokens: run.count, heads: shape.groupHeads, format: layout.format.kernelFormat,
            pages: run.memory.addresses, offset: layout.block(layer: layer, head: head),
            positions: run.position + 1,
            first_block: blocks.lowerBound, end_block: blocks.upperBound, stride: shape.stride,
            head_dim: shape.headDimension, scale: 1 / Float(shape.headDimension).squareRoot(),
            scratch: scratch.memory(of: worker), partials: scratch.partials(run, head: head),
            out: out + first * shape.headDimension,
            out_stride: shape.heads * shape.headDimension)
        table.attention(&arguments)
        if run.pieces > 1, scratch.finishPiece(run, head: head) {
            table.merge_attention(&arguments)
        }
    }
}
