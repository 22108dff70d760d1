internal import CBitNetKernels

extension ComputeContext {
    /// The first half of a feed-forward layer: gate and up products and the activation, into `gate`.
    ///
    /// `gate` and `up` must have equal shapes; `up.out` is scratch afterwards. With relu², rows of
    /// `up` whose gate is not above zero are left out where that is cheaper.
    public func multiplyGated(
        _ activations: QuantizedActivations, gate: TernaryProduct, up: TernaryProduct,
        _ activation: GateActivation, _ scratch: SparseScratch
    ) {
        let rows = gate.matrix.rows
        precondition(rows == up.matrix.rows, "gate has \(rows) rows, up \(up.matrix.rows)")
        precondition(rows <= scratch.columns && pool.workers <= scratch.workers, "small scratch")
        prepare(gate, activations, slot: 0)
        prepare(up, activations, slot: 1)
        pool.run(work: 2 * rows * activations.columns * activations.tokens) { worker, workers in
            let share = gate.matrix.rowShare(worker, workers)
            self.multiplyRows(gate, activations, slot: 0, share)
            if activation == .reluSquared {
                self.multiplyOpen(up, activations, gate.out, share, scratch, worker)
            } else {
                self.multiplyRows(up, activations, slot: 1, share)
            }
            self.gate(
                activation, gate.out, up.out, tokens: activations.tokens, width: rows, range: share)
        }
    }

    /// Rows of `up` that are looked at together for several tokens: they stay in the second-level
    /// cache while the tokens take turns.
    private static let openBlock = 512

    /// The rows of `up` in `share` whose gate is above zero; the others may be left zero.
    private func multiplyOpen(
        _ up: TernaryProduct, _ activations: QuantizedActivations, _ gates: AlignedBuffer<Float>,
        _ share: Range<Int>, _ scratch: SparseScratch, _ worker: Int
    ) {
        let tokens = activations.tokens
        let limit = tokens == 1 ? sparsity.decodeRows : sparsity.prefillRows
        let step = tokens == 1 ? max(share.count, 1) : Self.openBlock
        for start in stride(from: share.lowerBound, to: share.upperBound, by: step) {
            let rows = start..<min(start + step, share.upperBound)
            let open = listOpen(0..<tokens, gates, rows, up.matrix.rows, scratch, worker)
            let all = rows.count * tokens
            scratch.count(.gates, all, worker)
            scratch.count(.positiveGates, open, worker)
            guard Double(open) <= limit * Double(all) else {
                multiplyRows(up, activations, slot: 1, rows)
                continue
            }
            let arguments = arguments(up, activations, slot: 1, 0..<up.matrix.rows)
            for token in 0..<tokens {
                var single = arguments.token(token)
                (single.out + rows.lowerBound).update(repeating: 0, count: rows.count)
                let count =
                    tokens == 1
                    ? open
                    : listOpen(
                        token..<token + 1, gates, rows, up.matrix.rows, scratch, worker)
                table.ternary_rows(&single, scratch.indices(worker), count)
            }
        }
    }

    /// Counts the gates above zero of some tokens; the last token's are in the worker's list.
    private func listOpen(
        _ tokens: Range<Int>, _ gates: AlignedBuffer<Float>, _ rows: Range<Int>, _ width: Int,
        _ scratch: SparseScratch, _ worker: Int
    ) -> Int {
        tokens.reduce(0) { sum, token in
            sum
                + table.list_positive(
                    gates.base + token * width + rows.lowerBound, rows.count,
                    UInt32(rows.lowerBound), scratch.indices(worker))
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
            if nonzeroShare(activations, matrix, scratch) <= sparsity.prefillColumns {
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
        let count = listNonzero(0, activations, matrix, scratch, worker: 0)
        let work = count * matrix.paddedRows
        pool.run(work: work) { worker, workers in
            let share = ThreadPool.share(count, worker, workers)
            self.addColumns(share, matrix, scratch, list: 0, worker)
        }
        bn_ternary_add_sums(
            scratch.sums.base, pool.parts(work: work), scratch.outputs, matrix.rows,
            activations.sums[0], activations.factors[0], product.out.base, product.accumulate)
    }

    private func multiplyColumnsTokenByToken(
        _ activations: QuantizedActivations, _ product: TernaryProduct, _ scratch: SparseScratch
    ) {
        let matrix = product.matrix
        let work = activations.tokens * matrix.rows * matrix.columns / 4
        pool.run(work: work) { worker, workers in
            for token in stride(from: worker, to: activations.tokens, by: workers) {
                let count = self.listNonzero(token, activations, matrix, scratch, worker: worker)
                self.addColumns(0..<count, matrix, scratch, list: worker, worker)
                bn_ternary_add_sums(
                    scratch.sums(worker), 1, scratch.outputs, matrix.rows,
                    activations.sums.base[token], activations.factors.base[token],
                    product.out.base + token * matrix.rows, product.accumulate)
            }
        }
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
            self.table.ternary_matmul_by_columns(&arguments)
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

    /// Sums the columns of `share` of a list into the worker's sums.
    private func addColumns(
        _ share: Range<Int>, _ matrix: TernaryMatrix, _ scratch: SparseScratch, list: Int,
        _ worker: Int
    ) {
        let sums = scratch.sums(worker)
        sums.update(repeating: 0, count: scratch.outputs)
        var arguments = bn_ternary_columns_arguments(
            weights: matrix.pointer(0), stride: matrix.stride, outputs: matrix.paddedRows,
            inputs: scratch.indices(list) + share.lowerBound,
            values: scratch.values(list) + share.lowerBound, count: share.count, sums: sums)
        table.ternary_columns(&arguments)
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
        return Double(found) / Double(looked)
    }
}
