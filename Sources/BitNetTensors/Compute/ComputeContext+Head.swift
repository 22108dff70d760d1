internal import CBitNetKernels

/// The most likely tokens of one state: ids ascending, and their logits.
public struct TokenLogits: Sendable {
    /// Token ids, ascending.
    public internal(set) var tokens: [Int32] = []
    /// Their logits.
    public internal(set) var logits: [Float] = []

    /// None.
    public init() {}

    mutating func removeAll() {
        tokens.removeAll(keepingCapacity: true)
        logits.removeAll(keepingCapacity: true)
    }
}

extension ComputeContext {
    /// Deviations of the low plane's share of a logit that the choice of candidates allows for.
    ///
    /// A low digit is a rounding error, of deviation 4.61 (that of -8 … 7), so the low plane adds
    /// 4.61 |x| to a sum as often as chance would have it, x being the quantised state. Seven
    /// deviations are exceeded by chance once in 10^12 rows.
    private static let marginDeviations: Float = 7
    private static let digitDeviation: Float = 4.61

    /// All logits of rows of `x`, (tokens, columns), into `out`, (tokens, vocabulary): both planes.
    public func multiply(
        _ head: QuantizedHead, _ x: AlignedBuffer<Float>, tokens: Int,
        into out: AlignedBuffer<Float>, _ scratch: HeadScratch
    ) {
        precondition(x.count >= tokens * head.columns, "\(tokens) rows do not fit the input")
        precondition(out.count >= tokens * head.rows, "result does not fit")
        for token in 0..<tokens {
            var state = scratch.state(head)
            table.head_quantize(x.base + token * head.columns, head.columns, &state)
            let target = out.base + token * head.rows
            pool.split(head.rows, work: head.rows * head.columns) { rows in
                self.sum(head.high, rows, state, into: scratch.highSums)
                if let low = head.low { self.sum(low, rows, state, into: scratch.lowSums) }
                self.table.head_logits(
                    scratch.highSums.base + rows.lowerBound,
                    head.low == nil ? nil : scratch.lowSums.base + rows.lowerBound,
                    head.scales.base + rows.lowerBound, state.inverse_scale, rows.count,
                    target + rows.lowerBound)
            }
        }
    }

    /// The `count` greatest logits of the state at `row` of `x`, and perhaps others, exactly as
    /// `multiply` gives them; `including` are among them in any case.
    ///
    /// Reads the high plane of all rows and the low plane of those that can be among the greatest: the
    /// exact logits of the greatest by the high plane bound the least that is wanted from below.
    /// All are returned where the state is not finite.
    public func greatest(
        _ count: Int, including: [Int32], _ head: QuantizedHead, _ x: AlignedBuffer<Float>,
        row: Int, _ scratch: HeadScratch, into found: inout TokenLogits
    ) {
        precondition(count >= 1 && count <= HeadScratch.selectionLimit, "\(count) candidates")
        precondition(x.count >= (row + 1) * head.columns, "row \(row) is outside the input")
        precondition(pool.workers <= scratch.workers, "small scratch")
        var state = scratch.state(head)
        table.head_quantize(x.base + row * head.columns, head.columns, &state)
        let deviations = head.low == nil ? 0 : Self.marginDeviations * Self.digitDeviation
        let margin = deviations * state.norm * state.inverse_scale
        let wanted = min(count + including.count, HeadScratch.selectionLimit)
        let work = head.rows * head.columns
        pool.run(work: work) { worker, workers in
            let rows = ThreadPool.share(head.rows, worker, workers)
            self.scanHigh(head, rows, state, wanted, scratch, worker)
        }
        let parts = pool.parts(work: work)
        let least = leastWanted(head, state, parts: parts, wanted, scratch)
        pool.run(work: work) { worker, workers in
            let rows = ThreadPool.share(head.rows, worker, workers)
            self.refine(head, rows, state, margin, least, scratch, worker)
        }
        found.removeAll()
        for part in 0..<parts {
            append(part, parts, head, scratch, to: &found)
        }
        for token in including { insert(token, head, state, scratch, into: &found) }
    }

    private func sum(
        _ plane: AlignedBuffer<UInt8>, _ rows: Range<Int>, _ state: bn_head_state,
        into sums: AlignedBuffer<Int32>
    ) {
        withUnsafePointer(to: state) { state in
            var arguments = bn_head_arguments(
                plane: plane.base, rows: nil, first: rows.lowerBound, count: rows.count,
                state: state, sums: sums.base + rows.lowerBound)
            table.head_sums(&arguments)
        }
    }

    /// Sums of some rows by the high plane, and the heap of their greatest logits.
    private func scanHigh(
        _ head: QuantizedHead, _ rows: Range<Int>, _ state: bn_head_state, _ wanted: Int, _ scratch: HeadScratch, _ worker: Int
    ) {
        let heap = scratch.heaps.pointer(worker * HeadScratch.selectionLimit)
        let heapRows = scratch.heapRows.pointer(worker * HeadScratch.selectionLimit)
        heap.update(repeating: -.infinity, count: wanted)
        for part in Self.blocks(rows) {
            sum(head.high, part, state, into: scratch.highSums)
            let logits = highLogits(head, part, state, scratch, worker)
            table.head_greatest(logits, part.count, part.lowerBound, wanted, heap, heapRows)
        }
    }

    private static func blocks(_ rows: Range<Int>) -> some Sequence<Range<Int>> {
        stride(from: rows.lowerBound, to: rows.upperBound, by: HeadScratch.blockRows).lazy.map {
            $0..<min($0 + HeadScratch.blockRows, rows.upperBound)
        }
    }

    /// Logits by the high plane, from its sums.
    private func highLogits(
        _ head: QuantizedHead, _ rows: Range<Int>, _ state: bn_head_state, _ scratch: HeadScratch,
        _ worker: Int
    ) -> UnsafeMutablePointer<Float> {
        let logits = scratch.block.pointer(worker * HeadScratch.blockRows)
        table.head_logits(
            scratch.highSums.base + rows.lowerBound, nil, head.scales.base + rows.lowerBound,
            state.inverse_scale, rows.count, logits)
        return logits
    }

    /// The least exact logit of the `wanted` greatest by the high plane: at least as many rows are not
    /// below it.
    private func leastWanted(
        _ head: QuantizedHead, _ state: bn_head_state, parts: Int, _ wanted: Int,
        _ scratch: HeadScratch
    ) -> Float {
        let (heap, rows) = (scratch.heaps.pointer(0), scratch.heapRows.pointer(0))
        for part in 1..<max(parts, 1) {
            let first = part * HeadScratch.selectionLimit
            let (other, otherRows) = (scratch.heaps.pointer(first), scratch.heapRows.pointer(first))
            for index in 0..<wanted where other[index] > heap[0] {
                bn_heap_replace(heap, rows, wanted, other[index], otherRows[index])
            }
        }
        // Not enough finite logits: everything is a candidate.
        guard heap[0] > -.infinity else { return -.infinity }
        guard head.low != nil else { return heap[0] }
        refine(rows, wanted, head, state, into: heap, lowSums: scratch.lowSums.base, scratch)
        return (0..<wanted).reduce(Float.infinity) { min($0, heap[$1]) }
    }

    /// Exact logits of listed rows, from both planes.
    private func refine(
        _ rows: UnsafePointer<UInt32>, _ count: Int, _ head: QuantizedHead, _ state: bn_head_state,
        into logits: UnsafeMutablePointer<Float>, lowSums: UnsafeMutablePointer<Int32>,
        _ scratch: HeadScratch
    ) {
        if let low = head.low {
            withUnsafePointer(to: state) { state in
                var arguments = bn_head_arguments(
                    plane: low.base, rows: rows, first: 0, count: count, state: state,
                    sums: lowSums)
                table.head_sums(&arguments)
            }
        }
        for index in 0..<count {
            let row = Int(rows[index])
            table.head_logits(
                scratch.highSums.base + row, head.low == nil ? nil : lowSums + index,
                head.scales.base + row, state.inverse_scale, 1, logits + index)
        }
    }

    /// Exact logits of the rows whose upper bound is not below `least`.
    private func refine(
        _ head: QuantizedHead, _ rows: Range<Int>, _ state: bn_head_state, _ margin: Float,
        _ least: Float, _ scratch: HeadScratch, _ worker: Int
    ) {
        let first = rows.lowerBound
        let indices = scratch.indices.base + first
        let bound = head.highPlaneChooses ? least : -.infinity
        var count = 0
        for part in Self.blocks(rows) {
            let logits = highLogits(head, part, state, scratch, worker)
            count += table.head_candidates(
                logits, head.scales.base + part.lowerBound, margin, part.count, part.lowerBound,
                bound, indices + count)
        }
        scratch.counts.pointer(8 * worker).pointee = count
        refine(
            indices, count, head, state, into: scratch.values.base + first,
            lowSums: scratch.lowSums.base + first, scratch)
    }

    private func append(
        _ part: Int, _ parts: Int, _ head: QuantizedHead, _ scratch: HeadScratch,
        to found: inout TokenLogits
    ) {
        let first = ThreadPool.share(head.rows, part, parts).lowerBound
        for index in 0..<scratch.counts[8 * part] {
            found.tokens.append(Int32(truncatingIfNeeded: scratch.indices.base[first + index]))
            found.logits.append(scratch.values.base[first + index])
        }
    }

    /// Adds the exact logit of `token` unless it is there.
    private func insert(
        _ token: Int32, _ head: QuantizedHead, _ state: bn_head_state, _ scratch: HeadScratch,
        into found: inout TokenLogits
    ) {
        let place = found.place(of: token)
        guard token >= 0, token < head.rows,
            place == found.tokens.count || found.tokens[place] != token
        else { return }
        let row = Int(token)
        if let low = head.low { sum(low, row..<row + 1, state, into: scratch.lowSums) }
        table.head_logits(
            scratch.highSums.base + row, head.low == nil ? nil : scratch.lowSums.base + row,
            head.scales.base + row, state.inverse_scale, 1, scratch.values.base)
        found.tokens.insert(token, at: place)
        found.logits.insert(scratch.values[0], at: place)
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
