internal import CBitNetKernels

extension ComputeContext {
    /// Measures, for one token, from which share of zeros on it pays to leave rows and columns out.
    ///
    /// Streams through the matrices, then reads a quarter of their rows or columns, scattered: a few
    /// milliseconds. The matrices should exceed the caches twice: some 128 MiB. `up` are laid out by
    /// rows, `down` by columns; nil when there is none of either or memory is short.
    public func measureSkipping(up: [TernaryMatrix], down: [TernaryMatrix]) -> SparsityPolicy? {
        guard let rows = up.first, let columns = down.first,
            let probe = SkippingProbe(
                self, width: max(rows.columns, columns.columns),
                outputs: max(rows.rows, columns.rows))
        else { return nil }
        var policy = SparsityPolicy.standard
        policy.decodeRows = probe.limit(up)
        policy.decodeColumns = probe.limit(down)
        return policy
    }
}

/// Times whole and scattered products of one token.
private struct SkippingProbe {
    private let compute: ComputeContext
    private let activations: QuantizedActivations
    private let scratch: SparseScratch
    private let out: AlignedBuffer<Float>

    /// The share of rows or columns that scattered products read.
    private static let share = 4

    init?(_ compute: ComputeContext, width: Int, outputs: Int) {
        let padded = TernaryMatrix.padded(max(width, outputs))
        guard let activations = QuantizedActivations(tokens: 1, columns: padded),
            let scratch = SparseScratch(
                workers: compute.pool.workers, tokens: 1, width: padded, outputs: padded),
            let out = AlignedBuffer<Float>(count: padded)
        else { return nil }
        self.compute = compute
        self.activations = activations
        self.scratch = scratch
        self.out = out
        activations.tokens = 1
        for index in 0..<padded { activations.codes[index] = Int8(truncatingIfNeeded: index * 7) }
        activations.scales[0] = 1
    }

    /// The share of needed rows (or columns) at which both cost the same, less a twentieth.
    func limit(_ matrices: [TernaryMatrix]) -> Double {
        let half = matrices.prefix((matrices.count + 1) / 2)
        var whole = Double.infinity
        var part = Double.infinity
        // In turns: the stream through all leaves the caches with the second half, so that the first
        // is read from memory.
        for _ in 0..<3 {
            whole = min(whole, time { for matrix in matrices { multiply(matrix, every: 1) } })
            part = min(part, time { for matrix in half { multiply(matrix, every: Self.share) } })
        }
        let all = whole / Double(matrices.count)
        let needed = part / Double(half.count) * Double(Self.share)
        return min(1, max(0, 0.95 * all / needed))
    }

    private func time(_ body: () -> Void) -> Double {
        let (seconds, attoseconds) = ContinuousClock().measure(body).components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }

    /// One of `share` rows or columns, at uneven distances.
    private func multiply(_ matrix: TernaryMatrix, every share: Int) {
        compute.pool.run { worker, workers in
            let count = matrix.layout == .rows ? matrix.rows : matrix.columns
            let list = scratch.indices(worker)
            var found = 0
            for index in ThreadPool.share(count, worker, workers)
            where share == 1 || (index &* 2_654_435_761) >> 16 & (share - 1) == 0 {
                list[found] = UInt32(index)
                scratch.values(worker)[found] = 1
                found += 1
            }
            run(matrix, worker, found, isWhole: share == 1)
        }
    }

    private func run(_ matrix: TernaryMatrix, _ worker: Int, _ count: Int, isWhole: Bool) {
        guard count > 0 else { return }
        activations.columns = TernaryMatrix.padded(matrix.columns)
        switch matrix.layout {
        case .rows:
            let first = isWhole ? Int(scratch.indices(worker)[0]) : 0
            let rows = isWhole ? first..<first + count : 0..<matrix.rows
            var arguments = compute.arguments(matrix, activations, slot: 0, rows)
            arguments.out = out.base + first
            if isWhole {
                compute.table.ternary_matmul(&arguments)
            } else {
                compute.table.ternary_rows(&arguments, scratch.indices(worker), count)
            }
        case .columns:
            var arguments = bn_ternary_columns_arguments(
                weights: matrix.pointer(0), stride: matrix.stride, outputs: matrix.paddedRows,
                inputs: scratch.indices(worker), values: scratch.values(worker), count: count,
                sums: scratch.sums(worker))
            compute.table.ternary_columns(&arguments)
        }
    }
}
