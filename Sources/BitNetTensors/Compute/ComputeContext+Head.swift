internal import CBitNetKernels

/// The most likely tokens of one state: ids ascending, and their logits.
public struct TokenLogits: Sendable {
    /// Token ids, ascending.
    public internal(set) var tokens: [Int32] = []
    /// Their logits.
    public internal(set) var logits: [Float] = []

    /// None.
    public init() {}

    /// None, with room for `capacity`.
    init(capacity: Int) {
        tokens.reserveCapacity(capacity)
        logits.reserveCapacity(capacity)
    }

    mutating func removeAll() {
        tokens.removeAll(keepingCapacity: true)
        logits.removeAll(keepingCapacity: true)
    }
}

extension ComputeContext {
    /// Deviations of what the choice of candidates leaves out that it allows for.
    ///
    /// It leaves out the low plane and the states' second digits d1. A low digit of a weight is a
    /// rounding error, of deviation 4.61 (that of -8 … 7), so the low plane adds 4.61 |x| to a sum as
    /// often as chance would have it, x being the quantised state; a second digit meets a high digit
    /// of at most 8, which counts 16 times. Seven deviations are exceeded by chance once in 10^12 rows.
    private static let marginDeviations: Float = 7
    private static let digitDeviation: Float = 4.61
    private static let highDigitLimit: Float = 8 * 16

    /// All logits of rows of `x`, (tokens, columns), into `out`, (tokens, vocabulary): both planes.
    public func multiply(
        _ head: QuantizedHead, _ x: AlignedBuffer<Float>, tokens: Int,
        into out: AlignedBuffer<Float>, _ scratch: HeadScratch
    ) {
        precondition(out.count >= tokens * head.rows, "result does not fit")
        precondition(tokens <= HeadScratch.stateLimit, "\(tokens) states")
        for token in 0..<tokens {
            quantize(x, row: token, head, scratch.slots[token])
            scratch.slots[token].isListed = false
        }
        pool.split(head.rows, work: head.rows * head.columns * tokens) { rows in
            for part in RowBlocks(rows: rows) {
                self.sumHigh(head.high, part, tokens, scratch)
                for token in 0..<tokens {
                    let slot = scratch.slots[token]
                    if let low = head.low { self.sum(low, part, slot, nil, low: true) }
                    let first = part.lowerBound
                    self.table.head_logits(
                        slot.highSums.base + first,
                        head.low == nil ? nil : slot.lowSums.base + first,
                        head.scales.base + first, slot.state.inverse_scale, part.count,
                        out.base + token * head.rows + first)
                }
            }
        }
    }

    /// Prepares state `index` of `greatest`: row `row` of `x`, of which the `count` greatest logits are
    /// wanted, and those of `including` in any case; of all these only those in `mask`.
    public func select(
        _ index: Int, count: Int, including: [Int32], among mask: TokenMask? = nil,
        _ head: QuantizedHead, _ x: AlignedBuffer<Float>, row: Int, _ scratch: HeadScratch
    ) {
        precondition(count >= 1 && count <= HeadScratch.selectionLimit, "\(count) candidates")
        let slot = prepare(index, mask, head, x, row: row, scratch)
        let low = head.low == nil ? 0 : Self.digitDeviation * slot.state.norm
        let second = Self.highDigitLimit * Float(slot.state.rest).squareRoot()
        slot.margin =
            Self.marginDeviations * (low * low + second * second).squareRoot()
            * slot.state.inverse_scale
        slot.wanted = min(count + including.count, HeadScratch.selectionLimit)
        slot.including = including
        slot.isListed = mask.map { $0.count <= max(slot.wanted, head.listedLimit) } ?? false
    }

    /// Prepares state `index` of `greatest`: row `row` of `x`, of which all logits in `mask` are wanted.
    public func select(
        _ index: Int, all mask: TokenMask, _ head: QuantizedHead, _ x: AlignedBuffer<Float>,
        row: Int, _ scratch: HeadScratch
    ) {
        prepare(index, mask, head, x, row: row, scratch).isListed = true
    }

    private func prepare(
        _ index: Int, _ mask: TokenMask?, _ head: QuantizedHead, _ x: AlignedBuffer<Float>,
        row: Int, _ scratch: HeadScratch
    ) -> HeadSlot {
        precondition(mask.map { $0.vocabularyCount == head.rows } ?? true, "another vocabulary")
        let slot = scratch.slots[index]
        quantize(x, row: row, head, slot)
        slot.mask = mask
        return slot
    }

    /// The greatest logits of states 0 … `states` - 1, which `select` has prepared, and perhaps others,
    /// exactly as `multiply` gives them.
    ///
    /// Reads the high plane of all rows, for the states' first digits, and both planes of the rows that
    /// can be among the greatest: the exact logits of the greatest by first digits bound the least that
    /// is wanted from below. All are found where the state is not finite. Where few tokens are allowed,
    /// only their rows are read.
    public func greatest(_ states: Int, _ head: QuantizedHead, _ scratch: HeadScratch) {
        precondition(states <= HeadScratch.stateLimit, "\(states) states")
        precondition(pool.workers <= scratch.workers, "small scratch")
        scratch.chooseScanned(of: states)
        if !scratch.scanned.isEmpty { scan(head, scratch) }
        guard scratch.scanned.count < states else { return }
        for slot in scratch.slots[..<states] where slot.isListed { list(slot, head, scratch) }
    }

    /// The greatest logits of the states that are not listed.
    private func scan(_ head: QuantizedHead, _ scratch: HeadScratch) {
        let slots = scratch.scanned
        let work = head.rows * head.columns * slots.count
        let blocks = HeadScratch.blockCount(head.rows)
        pool.run(items: blocks, work: work) { worker, items in
            self.scanHigh(head, &items, slots, scratch, worker)
        }
        let parts = pool.parts(items: blocks, work: work)
        for slot in slots { findLeast(slot, head, scratch, parts: parts) }
        pool.run(items: blocks, work: work) { worker, items in
            while let range = items.next() {
                for block in range {
                    for slot in slots { self.findCandidates(slot, head, block, scratch, worker) }
                }
            }
        }
        for slot in slots { collect(slot, head, scratch) }
    }

    /// The rows of a block.
    private func rows(ofBlock block: Int, _ head: QuantizedHead) -> Range<Int> {
        let first = block * HeadScratch.blockRows
        return first..<min(first + HeadScratch.blockRows, head.rows)
    }

    private func quantize(
        _ x: AlignedBuffer<Float>, row: Int, _ head: QuantizedHead, _ slot: HeadSlot
    ) {
        precondition(x.count >= (row + 1) * head.columns, "row \(row) is outside the input")
        table.head_quantize(x.base + row * head.columns, head.columns, &slot.state)
    }

    /// Exact sums of a plane's rows, two states at a time.
    private func sumHigh(
        _ plane: AlignedBuffer<UInt8>, _ rows: Range<Int>, _ states: Int, _ scratch: HeadScratch
    ) {
        for index in stride(from: 0, to: states, by: 2) {
            let other = index + 1 < states ? scratch.slots[index + 1] : nil
            sum(plane, rows, scratch.slots[index], other)
        }
    }

    private func sum(
        _ plane: AlignedBuffer<UInt8>, _ rows: Range<Int>, _ slot: HeadSlot, _ other: HeadSlot?,
        low: Bool = false
    ) {
        withUnsafePointer(to: slot.state) { state in
            withUnsafePointer(to: (other ?? slot).state) { otherState in
                let otherSums = other.map { low ? $0.lowSums : $0.highSums }
                var arguments = bn_head_arguments(
                    plane: plane.base, rows: nil, first: rows.lowerBound, count: rows.count,
                    state: state, sums: (low ? slot.lowSums : slot.highSums).base + rows.lowerBound,
                    other: other == nil ? nil : otherState,
                    other_sums: otherSums.map { $0.base + rows.lowerBound },
                    stream: variant(.head).stream)
                variant(.head).table.head_sums(&arguments)
            }
        }
    }

    /// Sums of a worker's blocks by the high plane, and the heaps of their greatest logits; each block
    /// is read once for all states.
    private func scanHigh(
        _ head: QuantizedHead, _ blocks: inout WorkItems, _ slots: [HeadSlot],
        _ scratch: HeadScratch, _ worker: Int
    ) {
        let first = worker * HeadScratch.selectionLimit
        for slot in slots {
            slot.heaps.pointer(first).update(repeating: -.infinity, count: slot.wanted)
        }
        while let range = blocks.next() {
            for block in range { scan(head, rows(ofBlock: block, head), slots, scratch, worker) }
        }
    }

    private func scan(
        _ head: QuantizedHead, _ rows: Range<Int>, _ slots: [HeadSlot], _ scratch: HeadScratch,
        _ worker: Int
    ) {
        var arguments = bn_head_scan_arguments(
            plane: head.high.base, columns: head.paddedColumns, first: rows.lowerBound,
            count: rows.count, targets: scratch.targets.base, target_count: slots.count,
            stream: variant(.head).stream)
        // Several states are bound by arithmetic.
        (slots.count == 1 ? variant(.head).table : table).head_scan(&arguments)
        let first = worker * HeadScratch.selectionLimit
        for slot in slots {
            let logits = highLogits(slot, head, rows, scratch, worker)
            slot.mask?.exclude(from: logits, rows: rows)
            table.head_greatest(
                logits, rows.count, rows.lowerBound, slot.wanted, slot.heaps.pointer(first),
                slot.heapRows.pointer(first))
        }
    }

    /// Logits by the high plane and first digits, from their sums.
    private func highLogits(
        _ slot: HeadSlot, _ head: QuantizedHead, _ rows: Range<Int>, _ scratch: HeadScratch,
        _ worker: Int
    ) -> UnsafeMutablePointer<Float> {
        let logits = scratch.block.pointer(worker * HeadScratch.blockRows)
        table.head_logits(
            slot.highSums.base + rows.lowerBound, nil, head.scales.base + rows.lowerBound,
            slot.state.inverse_scale, rows.count, logits)
        return logits
    }

    /// Sets the least exact logit of the greatest by first digits: at least as many rows as are wanted
    /// are not below it.
    private func findLeast(
        _ slot: HeadSlot, _ head: QuantizedHead, _ scratch: HeadScratch, parts: Int
    ) {
        let (heap, rows) = (slot.heaps.pointer(0), slot.heapRows.pointer(0))
        for part in 1..<max(parts, 1) {
            let first = part * HeadScratch.selectionLimit
            let (other, otherRows) = (slot.heaps.pointer(first), slot.heapRows.pointer(first))
            for index in 0..<slot.wanted where other[index] > heap[0] {
                bn_heap_replace(heap, rows, slot.wanted, other[index], otherRows[index])
            }
        }
        slot.least = heap[0]
        // Without enough finite logits, everything is a candidate.
        guard heap[0] > -.infinity else { return }
        refine(slot, head, rows, slot.wanted, into: heap, scratch, worker: 0)
        slot.least = (0..<slot.wanted).reduce(Float.infinity) { min($0, heap[$1]) }
    }

    /// Exact logits of listed rows, from both planes and digits.
    private func refine(
        _ slot: HeadSlot, _ head: QuantizedHead, _ rows: UnsafePointer<UInt32>, _ count: Int,
        into logits: UnsafeMutablePointer<Float>, _ scratch: HeadScratch, worker: Int
    ) {
        let high = scratch.listedHigh.pointer(worker * HeadScratch.blockRows)
        let low = scratch.listedLow.pointer(worker * HeadScratch.blockRows)
        for start in stride(from: 0, to: count, by: HeadScratch.blockRows) {
            let part = min(count - start, HeadScratch.blockRows)
            sumListed(head.high, rows + start, part, slot, into: high)
            if let plane = head.low { sumListed(plane, rows + start, part, slot, into: low) }
            for index in 0..<part {
                table.head_logits(
                    high + index, head.low == nil ? nil : low + index,
                    head.scales.base + Int(rows[start + index]), slot.state.inverse_scale, 1,
                    logits + start + index)
            }
        }
    }

    /// Lists a block's rows whose upper bound is not below the least.
    private func findCandidates(
        _ slot: HeadSlot, _ head: QuantizedHead, _ block: Int, _ scratch: HeadScratch, _ worker: Int
    ) {
        let rows = rows(ofBlock: block, head)
        let indices = slot.indices.base + rows.lowerBound
        let bound = head.highPlaneChooses ? slot.least : -.infinity
        let logits = highLogits(slot, head, rows, scratch, worker)
        var count = table.head_candidates(
            logits, head.scales.base + rows.lowerBound, slot.margin, rows.count, rows.lowerBound,
            bound, indices)
        if let mask = slot.mask { count = mask.keep(indices, count) }
        slot.counts.pointer(block).pointee = count
    }

    /// The candidates of all blocks and what was to be included, with their exact logits.
    private func collect(_ slot: HeadSlot, _ head: QuantizedHead, _ scratch: HeadScratch) {
        var count = 0
        for block in 0..<slot.counts.count {
            let found = slot.counts[block]
            let candidates = slot.indices.base + block * HeadScratch.blockRows
            (slot.indices.base + count).update(from: candidates, count: found)
            count += found
        }
        findLogits(slot, head, count, scratch)
        for token in slot.including { insert(token, slot, head, scratch) }
    }

    /// Finds the first `count` rows of the slot's indices, with their exact logits.
    ///
    /// They lie scattered: long parts let the next rows be fetched while one is summed.
    private func findLogits(
        _ slot: HeadSlot, _ head: QuantizedHead, _ count: Int, _ scratch: HeadScratch
    ) {
        let size = HeadScratch.refinedRows
        let work = 2 * count * head.columns
        pool.run(items: (count + size - 1) / size, work: work) { worker, parts in
            while let part = parts.next() {
                let (first, end) = (part.lowerBound * size, min(part.upperBound * size, count))
                self.refine(
                    slot, head, slot.indices.base + first, end - first,
                    into: slot.values.base + first, scratch, worker: worker)
            }
        }
        slot.found.removeAll()
        for index in 0..<count {
            slot.found.tokens.append(Int32(truncatingIfNeeded: slot.indices[index]))
            slot.found.logits.append(slot.values[index])
        }
    }

    /// Adds the exact logit of `token` unless it is there.
    private func insert(
        _ token: Int32, _ slot: HeadSlot, _ head: QuantizedHead, _ scratch: HeadScratch
    ) {
        let place = slot.found.place(of: token)
        guard token >= 0, token < head.rows, slot.mask?.contains(token) ?? true,
            place == slot.found.tokens.count || slot.found.tokens[place] != token
        else { return }
        var row = UInt32(token)
        refine(slot, head, &row, 1, into: slot.values.base, scratch, worker: 0)
        slot.found.tokens.insert(token, at: place)
        slot.found.logits.insert(slot.values[0], at: place)
    }
}

extension ComputeContext {
    /// Exact logits of all rows of the slot's mask.
    private func list(_ slot: HeadSlot, _ head: QuantizedHead, _ scratch: HeadScratch) {
        guard let mask = slot.mask else { return slot.found.removeAll() }
        findLogits(slot, head, mask.list(into: slot.indices.base), scratch)
    }

    /// Exact sums of listed rows of a plane.
    private func sumListed(
        _ plane: AlignedBuffer<UInt8>, _ rows: UnsafePointer<UInt32>, _ count: Int,
        _ slot: HeadSlot, into sums: UnsafeMutablePointer<Int32>
    ) {
        withUnsafePointer(to: slot.state) { state in
            var arguments = bn_head_arguments(
                plane: plane.base, rows: rows, first: 0, count: count, state: state, sums: sums,
                other: nil, other_sums: nil, stream: variant(.head).stream)
            table.head_sums(&arguments)
        }
    }
}

extension TokenMask {
    /// Makes the logits of `rows`, from `logits` on, minus infinity where the token is not in the set.
    func exclude(from logits: UnsafeMutablePointer<Float>, rows: Range<Int>) {
        var row = rows.lowerBound
        while row < rows.upperBound {
            let end = min((row / 64 + 1) * 64, rows.upperBound)
            let excluded = ~words[row / 64] >> UInt64(row % 64)
            var bits = end - row < 64 ? excluded & (1 << UInt64(end - row) - 1) : excluded
            while bits != 0 {
                logits[row - rows.lowerBound + bits.trailingZeroBitCount] = -.infinity
                bits &= bits - 1
            }
            row = end
        }
    }

    /// Keeps those of `count` rows that are in the set; returns how many.
    fileprivate func keep(_ rows: UnsafeMutablePointer<UInt32>, _ count: Int) -> Int {
        var kept = 0
        for index in 0..<count where contains(Int32(truncatingIfNeeded: rows[index])) {
            rows[kept] = rows[index]
            kept += 1
        }
        return kept
    }

    /// Writes the tokens of the set, ascending; returns how many.
    fileprivate func list(into rows: UnsafeMutablePointer<UInt32>) -> Int {
        var count = 0
        for (index, word) in words.enumerated() {
            var word = word
            while word != 0 {
                rows[count] = UInt32(index * 64 + word.trailingZeroBitCount)
                count += 1
                word &= word - 1
            }
        }
        return count
    }
}

/// A range of rows, block by block; a lazy map would allocate its closure.
private struct RowBlocks: Sequence, IteratorProtocol {
    var rows: Range<Int>

    mutating func next() -> Range<Int>? {
        guard !rows.isEmpty else { return nil }
        let block = rows.prefix(HeadScratch.blockRows)
        rows = block.upperBound..<rows.upperBound
        return block
    }
}

extension TokenLogits {
    /// The index of `token`, or where it would be.
    public func place(of token: Int32) -> Int {
        var lower = 0
        var upper = tokens.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if tokens[middle] < token { lower = middle + 1 } else { upper = middle }
        }
        return lower
    }
}
