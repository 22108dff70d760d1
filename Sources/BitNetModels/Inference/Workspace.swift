internal import BitNetTensors

/// The buffers of a forward pass, made once and reused: nothing is allocated per token.
public final class Workspace: @unchecked Sendable {
    // @unchecked Sendable: one owner at a time, as for the buffers it holds.
    /// The most tokens of one pass.
    public let tokenCapacity: Int
    /// The most positions of a sequence.
    public let contextCapacity: Int

    let hidden: AlignedBuffer<Float>  // (tokens, hidden): the residual stream
    let normalized: AlignedBuffer<Float>  // (tokens, hidden or heads · width): a normalised input

    // The attention layer's values and the feed-forward layer's are never needed together: the
    // first share the memory of the second.
    let queries: AlignedBuffer<Float>  // (tokens, heads · width)
    let keys: AlignedBuffer<Float>  // (tokens, kv heads · width)
    let values: AlignedBuffer<Float>  // (tokens, kv heads · width)
    let rotated: AlignedBuffer<Float>  // (tokens, heads, stride)
    let attended: AlignedBuffer<Float>  // (tokens, heads · width)
    let gate: AlignedBuffer<Float>  // (tokens, feed-forward)
    let up: AlignedBuffer<Float>  // (tokens, feed-forward), where gate and up do not share an input

    let attentionScratch: AttentionScratch
    let logits: AlignedBuffer<Float>  // (rows, vocabulary)
    let activations: QuantizedActivations
    let sparse: SparseScratch
    let rotary: RotaryTable  // (positions, head width / 2), filled as far as positions were used
    private var rotaryCount = 0
    var row: [Float] = []  // (vocabulary): one row of logits, handed to the caller
    /// Counts the time of each kind of step while it is set.
    public var profile: StepProfile?
    let head: HeadScratch?  // for a quantised head
    /// One row of the embedding, where the mapped file is not read as the head too.
    let embeddingRow: AlignedBuffer<UInt8>?

    // The tokens of the pass, their places and whose logits are needed.
    var tokens: [Int32] = []
    var slots: [TokenSlot] = []
    var wanted: [WantedRow] = []

    /// Rows of logits computed together.
    static let logitRows = 16

    /// Buffers for passes of up to `tokens` tokens over sequences of up to `positions`.
    ///
    /// Pages cost memory only once used.
    public init(
        _ model: BitNetModel, tokens: Int, positions: Int
    ) throws(ModelError) {
        let shape = model.configuration
        let widest = max(shape.hiddenSize, shape.queryWidth, shape.feedForwardSize)
        func buffer(_ width: Int, rows: Int = tokens) throws(ModelError) -> AlignedBuffer<Float> {
            let count = rows.multipliedReportingOverflow(by: width)
            if !count.overflow, let buffer = AlignedBuffer<Float>(count: count.partialValue) {
                return buffer
            }
            throw ModelError(
                .outOfMemory, "no memory for a pass of \(tokens) tokens; ask for a smaller chunk")
        }
        guard tokens >= 1, positions >= 1 else {
            throw ModelError(
                .invalidConfiguration,
                "expected at least 1 token and 1 position, found \(tokens) and \(positions)")
        }
        tokenCapacity = tokens
        contextCapacity = positions
        hidden = try buffer(shape.hiddenSize)
        normalized = try buffer(max(shape.hiddenSize, shape.queryWidth))
        let shared = try buffer(
            max(
                shape.queryWidth + 2 * shape.keyValueWidth
                    + shape.attentionShape.paddedQueryWidth,
                2 * shape.feedForwardSize))
        var attention = SharedMemory(shared)
        queries = attention.take(tokens * shape.queryWidth)
        keys = attention.take(tokens * shape.keyValueWidth)
        values = attention.take(tokens * shape.keyValueWidth)
        rotated = attention.take(tokens * shape.attentionShape.paddedQueryWidth)
        // Once they are rotated, the queries as they were are not needed.
        attended = queries
        var feedForward = SharedMemory(shared)
        gate = feedForward.take(tokens * shape.feedForwardSize)
        up = feedForward.take(tokens * shape.feedForwardSize)
        guard
            let attentionScratch = model.compute.attentionScratch(
                shape.attentionShape, positions: positions),
            let activations = QuantizedActivations(tokens: tokens, columns: widest),
            let sparse = SparseScratch(
                workers: model.compute.pool.workers, tokens: tokens,
                width: shape.feedForwardSize, outputs: shape.hiddenSize,
                policy: model.compute.tuning.skipping),
            let rotary = model.rotary.emptyTable(positions: positions)
        else {
            throw ModelError(
                .outOfMemory, "no memory for \(positions) positions; ask for a smaller context")
        }
        if case .quantized(let quantized) = model.head {
            guard
                let scratch = HeadScratch(quantized, workers: model.compute.pool.workers),
                let row = AlignedBuffer<UInt8>(count: model.embedding.rowBytes)
            else {
                throw ModelError(.outOfMemory, "no memory for the logits")
            }
            head = scratch
            embeddingRow = row
        } else {
            head = nil
            embeddingRow = nil
        }
        self.attentionScratch = attentionScratch
        self.activations = activations
        self.sparse = sparse
        self.rotary = rotary
        logits = try buffer(shape.vocabularySize, rows: min(tokens, Self.logitRows))
    }

    /// The share of gates at or below zero, and of zeros at the input of the down projections, since
    /// the last reset; nil for models without relu².
    public var zeroShares: (gates: Double?, inputs: Double?) {
        (sparse.closedGateShare, sparse.zeroInputShare)
    }

    /// Starts counting zeros anew.
    public func resetZeroShares() { sparse.resetCounts() }

    /// Forgets the last pass.
    func beginPass() {
        tokens.removeAll(keepingCapacity: true)
        slots.removeAll(keepingCapacity: true)
        wanted.removeAll(keepingCapacity: true)
    }

    /// Lets go of the pass's sequences, whose memory others may need.
    func endPass() {
        slots.removeAll(keepingCapacity: true)
        attentionScratch.forgetRuns()
    }

    /// Fills the rotary table up to `positions`, so that a large context costs nothing before use.
    func prepareRotary(_ embedding: RotaryEmbedding, positions: Int) {
        guard positions > rotaryCount else { return }
        embedding.fill(rotary, rotaryCount..<positions)
        rotaryCount = positions
    }
}

/// Memory that is handed out from its start, part by part.
private struct SharedMemory {
    private let memory: AlignedBuffer<Float>
    private var used = 0

    init(_ memory: AlignedBuffer<Float>) { self.memory = memory }

    mutating func take(_ count: Int) -> AlignedBuffer<Float> {
        defer { used += count }
        return AlignedBuffer(sharing: memory, offset: used, count: count)
    }
}
