internal import CBitNetKernels

/// A token's place: the cache of its sequence and its position there.
public struct TokenSlot: Sendable {
    /// The sequence's keys and values.
    public let memory: KeyValueMemory
    /// The token's position, from 0.
    public let position: Int

    /// The token at `position` of the sequence that `memory` holds.
    public init(memory: KeyValueMemory, position: Int) {
        precondition(position >= 0 && position < memory.capacity, "position outside the cache")
        self.memory = memory
        self.position = position
    }
}

/// Angles of the rotary embedding by position: cos and sin, each (positions, head dimension / 2).
public struct RotaryTable: Sendable {
    /// Cosines, (positions, half).
    public let cosines: AlignedBuffer<Float>
    /// Sines, (positions, half).
    public let sines: AlignedBuffer<Float>
    /// Half the head's width.
    public let half: Int

    /// A table of the buffers' common size.
    public init(cosines: AlignedBuffer<Float>, sines: AlignedBuffer<Float>, half: Int) {
        precondition(cosines.count == sines.count && half > 0, "tables differ in size")
        self.cosines = cosines
        self.sines = sines
        self.half = half
    }

    /// Where the angles of `position` start.
    func row(_ position: Int) -> Int {
        precondition(position >= 0 && position < cosines.count / half, "position \(position)")
        return position * half
    }
}

/// The shape of an attention layer's input.
public struct AttentionShape: Sendable {
    /// Query heads.
    public let heads: Int
    /// Key/value heads; query head h reads key/value head h / (heads / keyValueHeads).
    public let keyValueHeads: Int
    /// Values of a head, even.
    public let headDimension: Int

    /// A shape whose query heads are a multiple of its key/value heads.
    public init(heads: Int, keyValueHeads: Int, headDimension: Int) {
        precondition(keyValueHeads > 0 && heads % keyValueHeads == 0, "heads do not group")
        precondition(headDimension > 0 && headDimension % 2 == 0, "a head's width must be even")
        self.heads = heads
        self.keyValueHeads = keyValueHeads
        self.headDimension = headDimension
    }

    var groupHeads: Int { heads / keyValueHeads }
    var stride: Int { KeyValueMemory.stride(headDimension) }

    /// Values that the rotated queries of one token take, padding included.
    public var paddedQueryWidth: Int { heads * stride }
}

extension ComputeContext {
    /// Rotates queries and keys and stores keys and values at the tokens' positions.
    ///
    /// `queries` is (tokens, heads · width), `keys` and `values` (tokens, kv heads · width);
    /// `rotated` receives the queries as (tokens, heads, stride).
    public func rotateAndStore(
        layer: Int, slots: [TokenSlot], _ shape: AttentionShape, _ rotary: RotaryTable,
        queries: AlignedBuffer<Float>, keys: AlignedBuffer<Float>, values: AlignedBuffer<Float>,
        rotated: AlignedBuffer<Float>
    ) {
        let width = shape.headDimension
        precondition(queries.count >= slots.count * shape.heads * width, "too few queries")
        precondition(rotated.count >= slots.count * shape.paddedQueryWidth, "no room for queries")
        precondition(
            min(keys.count, values.count) >= slots.count * shape.keyValueHeads * width,
            "too few keys or values")
        precondition(rotary.half == width / 2, "rotary table of another width")
        slots.forEach { check($0, layer: layer, shape) }
        let table = table
        let work = slots.count * (shape.heads + 2 * shape.keyValueHeads) * width
        pool.split(slots.count, work: work * Self.workPerValue) { share in
            for token in share {
                let slot = slots[token]
                let angles = rotary.row(slot.position)
                let cosines = rotary.cosines.base + angles
                let sines = rotary.sines.base + angles
                for head in 0..<shape.heads {
                    table.rotate_half(
                        queries.base + (token * shape.heads + head) * width, cosines, sines, width,
                        rotated.base + (token * shape.heads + head) * shape.stride)
                }
                for head in 0..<shape.keyValueHeads {
                    let offset = (token * shape.keyValueHeads + head) * width
                    let key = keys.base + offset
                    table.rotate_half(key, cosines, sines, width, key)
                    self.store(key, slot, layer: layer, head: head, values: false)
                    self.store(values.base + offset, slot, layer: layer, head: head, values: true)
                }
            }
        }
    }

    /// A cache of another shape would be read and written outside its rows.
    private func check(_ slot: TokenSlot, layer: Int, _ shape: AttentionShape) {
        let memory = slot.memory
        precondition(
            memory.heads == shape.keyValueHeads && memory.headDimension == shape.headDimension
                && layer >= 0 && layer < memory.layers, "a cache of another model")
    }

    private func store(
        _ row: UnsafePointer<Float>, _ slot: TokenSlot, layer: Int, head: Int, values: Bool
    ) {
        let memory = slot.memory
        let target = memory.rows(layer: layer, head: head, position: slot.position, values: values)
        switch memory.format {
        case .float16:
            table.to_half(
                row, target.assumingMemoryBound(to: UInt16.self), memory.headDimension)
        case .float32:
            target.copyMemory(from: row, byteCount: 4 * memory.headDimension)
        }
    }

    /// Causal attention of every token over its own sequence, up to its own position.
    ///
    /// `rotated` is (tokens, heads, stride); `out` (tokens, heads · width). `scores` is scratch of
    /// `attentionScratch` values.
    public func attend(
        layer: Int, slots: [TokenSlot], _ shape: AttentionShape, rotated: AlignedBuffer<Float>,
        scores: AlignedBuffer<Float>, into out: AlignedBuffer<Float>
    ) {
        let perWorker = scores.count / pool.workers
        let units = slots.count * shape.keyValueHeads
        precondition(out.count >= slots.count * shape.heads * shape.headDimension, "too short")
        precondition(
            rotated.count >= slots.count * shape.paddedQueryWidth, "too few rotated queries")
        slots.forEach { check($0, layer: layer, shape) }
        let longest = slots.reduce(1) { max($0, $1.position + 1) }
        let needed = Self.scoreCount(shape, positions: longest)
        precondition(needed.map { perWorker >= $0 } ?? false, "too little scratch memory")
        // A token's cost grows with its position: workers take units in turn.
        let work = slots.count * longest * shape.heads * shape.headDimension * 4
        pool.run(work: work) { worker, workers in
            for unit in stride(from: worker, to: units, by: workers) {
                self.attendUnit(
                    layer, slots[unit / shape.keyValueHeads], token: unit / shape.keyValueHeads,
                    head: unit % shape.keyValueHeads, shape, rotated,
                    scores.base + worker * perWorker, out)
            }
        }
    }

    /// Values of scratch that `attend` needs for sequences of up to `positions`; nil on overflow.
    public func attentionScratch(_ shape: AttentionShape, positions: Int) -> Int? {
        guard let count = Self.scoreCount(shape, positions: positions) else { return nil }
        let total = count.multipliedReportingOverflow(by: pool.workers)
        return total.overflow ? nil : total.partialValue
    }

    private static func scoreCount(_ shape: AttentionShape, positions: Int) -> Int? {
        guard positions >= 1, positions <= KeyValueMemory.positionLimit else { return nil }
        let row = KeyValueMemory.stride(positions)
        let count = row.multipliedReportingOverflow(by: shape.groupHeads)
        return count.overflow ? nil : count.partialValue
    }

    private func attendUnit(
        _ layer: Int, _ slot: TokenSlot, token: Int, head: Int, _ shape: AttentionShape,
        _ rotated: AlignedBuffer<Float>, _ scores: UnsafeMutablePointer<Float>,
        _ out: AlignedBuffer<Float>
    ) {
        let memory = slot.memory
        let first = token * shape.heads + head * shape.groupHeads
        var arguments = bn_attention_arguments(
            queries: rotated.base + first * shape.stride, heads: shape.groupHeads,
            keys: memory.rows(layer: layer, head: head, position: 0, values: false),
            values: memory.rows(layer: layer, head: head, position: 0, values: true),
            half: memory.format == .float16, positions: slot.position + 1, stride: shape.stride,
            head_dim: shape.headDimension,
            scale: 1 / Float(shape.headDimension).squareRoot(), scores: scores,
            out: out.base + first * shape.headDimension)
        table.attention(&arguments)
    }
}
