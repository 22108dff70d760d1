internal import CBitNetKernels

/// One matrix of a fused ternary product, and where its result goes.
public struct TernaryProduct {
    /// The weights, (rows, columns).
    public let matrix: TernaryMatrix
    /// The result, (tokens, rows).
    public let out: AlignedBuffer<Float>
    /// Whether the result is added to `out`, as on the residual stream.
    public let accumulate: Bool

    /// A product that writes, or adds, to `out`.
    public init(_ matrix: TernaryMatrix, into out: AlignedBuffer<Float>, accumulate: Bool = false) {
        self.matrix = matrix
        self.out = out
        self.accumulate = accumulate
    }
}

extension ComputeContext {
    /// out[t][r] = (Σ_k w[r][k] · q[t][k]) · weight scale / activation scale[t], the sum exact.
    ///
    /// Up to three matrices of equal width share the pass (query, key and value); each thread reads
    /// one ascending stream a matrix.
    public func multiply(
        _ activations: QuantizedActivations, _ first: TernaryProduct,
        _ second: TernaryProduct? = nil, _ third: TernaryProduct? = nil
    ) {
        prepare(first, activations, slot: 0)
        if let second { prepare(second, activations, slot: 1) }
        if let third { prepare(third, activations, slot: 2) }
        let rows = first.matrix.rows + (second?.matrix.rows ?? 0) + (third?.matrix.rows ?? 0)
        pool.run(work: rows * activations.columns * activations.tokens) { worker, workers in
            self.multiplyShare(first, activations, slot: 0, worker, workers)
            if let second { self.multiplyShare(second, activations, slot: 1, worker, workers) }
            if let third { self.multiplyShare(third, activations, slot: 2, worker, workers) }
        }
    }

    /// The first half of a feed-forward layer: gate and up products and the activation, into `gate`.
    ///
    /// `gate` and `up` must have equal shapes; `up.out` is scratch afterwards.
    public func multiplyGated(
        _ activations: QuantizedActivations, gate: TernaryProduct, up: TernaryProduct,
        _ activation: GateActivation
    ) {
        let rows = gate.matrix.rows
        precondition(rows == up.matrix.rows, "gate has \(rows) rows, up \(up.matrix.rows)")
        prepare(gate, activations, slot: 0)
        prepare(up, activations, slot: 1)
        pool.run(work: 2 * rows * activations.columns * activations.tokens) { worker, workers in
            self.multiplyShare(gate, activations, slot: 0, worker, workers)
            self.multiplyShare(up, activations, slot: 1, worker, workers)
            let range = gate.matrix.rowShare(worker, workers)
            self.gate(
                activation, gate.out, up.out, tokens: activations.tokens, width: rows, range: range)
        }
    }

    private func prepare(
        _ product: TernaryProduct, _ activations: QuantizedActivations, slot: Int
    ) {
        let matrix = product.matrix
        precondition(
            matrix.paddedColumns == activations.columns,
            "\(matrix.paddedColumns) columns times \(activations.columns) activations")
        precondition(product.out.count >= activations.tokens * matrix.rows, "result does not fit")
        let factors = activations.factors.base + slot * activations.tokenCapacity
        for token in 0..<activations.tokens {
            factors[token] = matrix.scale / activations.scales.base[token]
        }
    }

    /// The rows of one worker's contiguous share of row groups.
    private func multiplyShare(
        _ product: TernaryProduct, _ activations: QuantizedActivations, slot: Int,
        _ worker: Int, _ workers: Int
    ) {
        let matrix = product.matrix
        let rows = matrix.rowShare(worker, workers)
        guard !rows.isEmpty else { return }
        var arguments = bn_ternary_matmul_arguments(
            weights: matrix.group(rows.lowerBound / TernaryMatrix.groupRows), rows: rows.count,
            columns: matrix.paddedColumns, codes: activations.codes.base,
            tokens: activations.tokens, sums: activations.sums.base,
            factors: activations.factors.base + slot * activations.tokenCapacity,
            out: product.out.base + rows.lowerBound, out_stride: matrix.rows,
            accumulate: product.accumulate)
        table.ternary_matmul(&arguments)
    }
}
