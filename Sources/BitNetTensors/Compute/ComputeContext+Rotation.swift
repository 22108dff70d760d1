internal import CBitNetKernels

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
                    let row = rotated.base + (token * shape.heads + head) * shape.stride
                    table.rotate_half(
                        queries.base + (token * shape.heads + head) * width, cosines, sines, width,
                        row)
                    // The buffer may have held something else.
                    (row + width).update(repeating: 0, count: shape.stride - width)
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
    func check(_ slot: TokenSlot, layer: Int, _ shape: AttentionShape) {
        let layout = slot.memory.layout
        precondition(
            layout.heads == shape.keyValueHeads && layout.headDimension == shape.headDimension
                && layer >= 0 && layer < layout.layers, "a cache of another model")
        precondition(slot.position < slot.memory.preparedPositions, "no page for the position")
    }

    private func store(
        _ row: UnsafePointer<Float>, _ slot: TokenSlot, layer: Int, head: Int, values: Bool
    ) {
        let memory = slot.memory
        let target = memory.row(layer: layer, head: head, position: slot.position, values: values)
        switch memory.layout.format {
        case .float16:
            table.to_half(
                row, target.assumingMemoryBound(to: UInt16.self), memory.layout.headDimension)
        case .float32:
            target.copyMemory(from: row, byteCount: 4 * memory.layout.headDimension)
        case .int8:
            table.to_int8(
                row, memory.layout.headDimension, target.assumingMemoryBound(to: Int8.self),
                memory.scale(layer: layer, head: head, position: slot.position, values: values))
        }
    }
}
