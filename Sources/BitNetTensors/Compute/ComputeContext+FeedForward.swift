internal import CBitNetKernels

extension ComputeContext {
    /// The first half of a feed-forward layer: gate and up products and the activation, into
    /// `gate.out`.
    ///
    /// `gate` and `up` must have equal shapes. With relu², rows of `up` whose gate is not above zero
    /// are left out where that is cheaper.
    public func multiplyGated(
        _ activations: QuantizedActivations, gate: TernaryProduct, up: TernaryMatrix,
        _ activation: GateActivation, _ scratch: SparseScratch
    ) {
        let rows = gate.matrix.rows
        precondition(rows == up.rows, "gate has \(rows) rows, up \(up.rows)")
        precondition(rows <= scratch.columns && pool.workers <= scratch.workers, "small scratch")
        precondition(activations.tokens <= scratch.tokens, "small scratch")
        prepare(gate, activations, slot: 0)
        prepare(TernaryProduct(up, into: gate.out), activations, slot: 1)
        let tokens = activations.tokens
        // At most as many rows as stay in the second-level cache while tokens take turns.
        let grain = SparseScratch.blockRows / TernaryMatrix.panelRows / 4
        pool.run(
            items: gate.matrix.panels, grain: grain, work: 2 * rows * activations.columns * tokens
        ) { worker, items in
            while let panels = items.next() {
                for start in stride(from: panels.lowerBound, to: panels.upperBound, by: 4 * grain) {
                    let end = min(start + 4 * grain, panels.upperBound)
                    self.multiplyGated(
                        activations, gate, up, activation, gate.matrix.rows(ofPanels: start..<end),
                        scratch, worker)
                }
            }
        }
    }

    /// The same for some rows.
    private func multiplyGated(
        _ activations: QuantizedActivations, _ gate: TernaryProduct, _ up: TernaryMatrix,
        _ activation: GateActivation, _ rows: Range<Int>, _ scratch: SparseScratch, _ worker: Int
    ) {
        multiplyRows(gate, activations, slot: 0, rows)
        multiplyUp(
            up, activations, gate.out, rows, skipping: activation == .reluSquared, scratch, worker)
        self.gate(
            activation, gate.out, rows, activations.tokens, width: gate.matrix.rows, scratch, worker
        )
    }

    /// The rows of `up` in `rows`, into the worker's block; with `skipping`, rows of tokens whose
    /// gate is not above zero may be left zero.
    private func multiplyUp(
        _ up: TernaryMatrix, _ activations: QuantizedActivations, _ gates: AlignedBuffer<Float>,
        _ rows: Range<Int>, skipping: Bool, _ scratch: SparseScratch, _ worker: Int
    ) {
        let tokens = activations.tokens
        var all = arguments(up, activations, slot: 1, rows)
        all.out = scratch.block(worker)
        all.out_stride = rows.count
        guard skipping, isMostlyClosed(gates, rows, tokens, up.rows, scratch, worker) else {
            return multiply(&all)
        }
        for token in 0..<tokens {
            var single = all.token(token)
            single.out.update(repeating: 0, count: rows.count)
            let count = listOpen(token, gates, rows, up.rows, scratch, worker)
            multiplyListed(&single, scratch.indices(worker), count)
        }
    }

    /// Whether few enough gates are open to compute only what they need; counts them.
    private func isMostlyClosed(
        _ gates: AlignedBuffer<Float>, _ rows: Range<Int>, _ tokens: Int, _ width: Int,
        _ scratch: SparseScratch, _ worker: Int
    ) -> Bool {
        var open = 0
        for token in 0..<tokens {
            open += listOpen(token, gates, rows, width, scratch, worker)
        }
        scratch.count(.gates, rows.count * tokens, worker)
        scratch.count(.openGates, open, worker)
        let limit = tokens == 1 ? scratch.policy.decodeRows : scratch.policy.prefillRows
        return Double(open) <= limit * Double(rows.count * tokens)
    }

    /// Lists the rows of a block, counted from its first, whose gate is above zero.
    private func listOpen(
        _ token: Int, _ gates: AlignedBuffer<Float>, _ rows: Range<Int>, _ width: Int,
        _ scratch: SparseScratch, _ worker: Int
    ) -> Int {
        table.list_positive(
            gates.base + token * width + rows.lowerBound, rows.count, 0, scratch.indices(worker))
    }

    /// gate = activation(gate) · up over a block of rows.
    private func gate(
        _ activation: GateActivation, _ gates: AlignedBuffer<Float>, _ rows: Range<Int>,
        _ tokens: Int, width: Int, _ scratch: SparseScratch, _ worker: Int
    ) {
        let apply = activation == .silu ? table.silu_gate : table.relu_squared_gate
        for token in 0..<tokens {
            apply?(
                gates.base + token * width + rows.lowerBound,
                scratch.block(worker) + token * rows.count, rows.count)
        }
    }

    /// A product with a matrix by columns: columns whose activation is zero are left out where that
    /// is cheaper, as behind relu².
    public func multiplyColumns(
        _ activations: QuantizedActivations, _ product: TernaryProduct, _ scratch: SparseScratch
    ) {
        let matrix = product.matrix
        precondition(matrix.layout == .columns, "the matrix is laid out by rows")
        precondition(
            matrix.columns <= scratch.columns && matrix.paddedRows <= scratch.outputs
                && pool.workers <= scratch.workers, "small scratch")
        prepare(product, activations, slot: 0)
        switch activations.tokens {
        case 0: return
        case 1: multiplyColumnsOfOneToken(activations, product, scratch)
        default:
            if nonzeroShare(activations, matrix, scratch) <= scratch.policy.prefillColumns {
                multiplyColumnsTokenByToken(activations, product, scratch)
            } else {
                multiplyAllColumns(activations, product)
            }
        }
    }

    /// Workers take shares of the columns; the caller adds their sums, which is exact in any order.
    private func multiplyColumnsOfOneToken(
        _ activations: QuantizedActivations, _ product: TernaryProduct, _ scratch: SparseScratch
    ) {
        let matrix = product.matrix
        var count = listNonzero(0, activations, matrix, scratch, worker: 0)
        if Double(count) > scratch.policy.decodeColumns * Double(matrix.columns) {
            // One stream through all of them.
            count = listAll(activations, matrix, scratch)
        }
        let work = count * matrix.paddedRows
        pool.run(items: count, grain: Self.columnGrain, work: work) { worker, items in
            scratch.sums(worker).update(repeating: 0, count: scratch.outputs)
            while let share = items.next() {
                self.addColumns(share, of: count, matrix, scratch, list: 0, worker)
            }
        }
        bn_ternary_add_sums(
            scratch.sums.base, pool.parts(items: count, work: work), scratch.outputs, matrix.rows,
            activations.sums[0], activations.factors[0], product.out.base, product.accumulate)
    }

    /// Columns that a worker claims at once, or more: some batches of the kernels.
    private static let columnGrain = 128

    private func multiplyColumnsTokenByToken(
        _ activations: QuantizedActivations, _ product: TernaryProduct, _ scratch: SparseScratch
    ) {
        let matrix = product.matrix
        let work = activations.tokens * matrix.rows * matrix.columns / 4
        pool.run(items: activations.tokens, work: work) { worker, items in
            while let tokens = items.next() {
                for token in tokens {
                    self.multiplyColumns(ofToken: token, activations, product, scratch, worker)
                }
            }
        }
    }

    private func multiplyColumns(
        ofToken token: Int, _ activations: QuantizedActivations, _ product: TernaryProduct,
        _ scratch: SparseScratch, _ worker: Int
    ) {
        let matrix = product.matrix
        let count = listNonzero(token, activations, matrix, scratch, worker: worker)
        scratch.sums(worker).update(repeating: 0, count: scratch.outputs)
        addColumns(0..<count, of: count, matrix, scratch, list: worker, worker)
        bn_ternary_add_sums(
            scratch.sums(worker), 1, scratch.outputs, matrix.rows, activations.sums.base[token],
            activations.factors.base[token], product.out.base + token * matrix.rows,
            product.accumulate)
    }

    /// All columns, tokens in tiles; workers take 256 outputs and a few tiles at a time.
    private func multiplyAllColumns(
        _ activations: QuantizedActivations, _ product: TernaryProduct
    ) {
        let matrix = product.matrix
        let block = Int(BN_LINE_CODES)
        let work = activations.tokens * matrix.rows * matrix.columns
        pool.split(matrix.paddedRows / block, work: work) { share in
            let rows = share.lowerBound * block..<min(share.upperBound * block, matrix.rows)
            var arguments = self.arguments(product, activations, slot: 0, rows)
            self.variant(.tiles).table.ternary_matmul_by_columns(&arguments)
        }
    }

    /// Lists a token's nonzero codes in worker `worker`'s lists; returns how many.
    private func listNonzero(
        _ token: Int, _ activations: QuantizedActivations, _ matrix: TernaryMatrix,
        _ scratch: SparseScratch, worker: Int
    ) -> Int {
        let count = table.list_nonzero(
            activations.codes.base + token * activations.columns, matrix.columns,
            scratch.indices(worker), scratch.values(worker))
        scratch.count(.inputs, matrix.columns, worker)
        scratch.count(.nonzeroInputs, count, worker)
        return count
    }

    /// Lists all of token 0's codes in worker 0's lists.
    private func listAll(
        _ activations: QuantizedActivations, _ matrix: TernaryMatrix, _ scratch: SparseScratch
    ) -> Int {
        let (indices, values) = (scratch.indices(0), scratch.values(0))
        for column in 0..<matrix.columns { indices[column] = UInt32(column) }
        values.update(from: activations.codes.base, count: matrix.columns)
        return matrix.columns
    }

    /// Adds the columns of `share` of a list of `count` to the worker's sums.
    private func addColumns(
        _ share: Range<Int>, of count: Int, _ matrix: TernaryMatrix, _ scratch: SparseScratch,
        list: Int, _ worker: Int
    ) {
        var arguments = bn_ternary_columns_arguments(
            weights: matrix.pointer(0), packing: matrix.packing.kernelPacking,
            stride: matrix.stride, outputs: matrix.paddedRows,
            inputs: scratch.indices(list) + share.lowerBound,
            values: scratch.values(list) + share.lowerBound, count: share.count,
            listed: count - share.lowerBound, sums: scratch.sums(worker), stream: bn_stream())
        addColumns(&arguments, areAll: count == matrix.columns)
    }

    /// The share of nonzero codes, estimated from a few of the tokens.
    private func nonzeroShare(
        _ activations: QuantizedActivations, _ matrix: TernaryMatrix, _ scratch: SparseScratch
    ) -> Double {
        let step = max(1, activations.tokens / 8)
        var looked = 0
        var found = 0
        for token in stride(from: 0, to: activations.tokens, by: step) {
            found += Int(
                table.list_nonzero(
                    activations.codes.base + token * activations.columns, matrix.columns,
                    scratch.indices(0), scratch.values(0)))
            looked += matrix.columns
        }
        scratch.count(.inputs, looked, 0)
        scratch.count(.nonzeroInputs, found, 0)
        return Double(found) / Double(looked)
    }
}
