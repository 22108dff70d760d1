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
    /// Up to three matrices by rows of equal width share the pass (query, key and value); each thread
    /// reads one ascending stream a matrix.
    public func multiply(
        _ activations: QuantizedActivations, _ first: TernaryProduct,
        _ second: TernaryProduct? = nil, _ third: TernaryProduct? = nil
    ) {
        prepare(first, activations, slot: 0)
        if let second { prepare(second, activations, slot: 1) }
        if let third { prepare(third, activations, slot: 2) }
        let panels = (
            first.matrix.panels, second?.matrix.panels ?? 0, third?.matrix.panels ?? 0
        )
        let all = panels.0 + panels.1 + panels.2
        let work = all * TernaryMatrix.panelRows * activations.columns * activations.tokens
        let grain = activations.tokens <= Self.streamedTokens ? first.matrix.streamedPanels : 1
        pool.run(items: all, grain: grain, work: work) { _, items in
            while let range = items.next() {
                self.multiplyPanels(first, activations, slot: 0, range, from: 0)
                if let second {
                    self.multiplyPanels(second, activations, slot: 1, range, from: panels.0)
                }
                if let third {
                    self.multiplyPanels(
                        third, activations, slot: 2, range, from: panels.0 + panels.1)
                }
            }
        }
    }

    /// Says that the next product is with this matrix by rows, and perhaps others that share the pass:
    /// threads that would idle meanwhile begin to fetch it.
    public func announce(
        _ first: TernaryMatrix, _ second: TernaryMatrix? = nil, _ third: TernaryMatrix? = nil,
        tokens: Int
    ) {
        guard pool.workers > 1, tokens <= Self.streamedTokens, first.layout == .rows else { return }
        let panels = first.panels + (second?.panels ?? 0) + (third?.panels ?? 0)
        pool.announce(
            first.pointer(0), count: panels, itemBytes: first.stride * TernaryMatrix.panelRows)
    }

    /// Checks the sizes and computes each token's factor.
    func prepare(_ product: TernaryProduct, _ activations: QuantizedActivations, slot: Int) {
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

    /// Those of the panels `range` that are the product's, whose first is panel `first`.
    private func multiplyPanels(
        _ product: TernaryProduct, _ activations: QuantizedActivations, slot: Int,
        _ range: Range<Int>, from first: Int
    ) {
        let own = range.clamped(to: first..<first + product.matrix.panels)
        guard !own.isEmpty else { return }
        multiplyRows(
            product, activations, slot: slot,
            product.matrix.rows(ofPanels: own.lowerBound - first..<own.upperBound - first))
    }

    /// Some rows of a matrix by rows, all tokens.
    func multiplyRows(
        _ product: TernaryProduct, _ activations: QuantizedActivations, slot: Int,
        _ rows: Range<Int>
    ) {
        precondition(product.matrix.layout == .rows, "the matrix is laid out by columns")
        guard !rows.isEmpty else { return }
        var arguments = arguments(product, activations, slot: slot, rows)
        multiply(&arguments)
    }

    /// The kernels' arguments for some rows and all tokens.
    func arguments(
        _ product: TernaryProduct, _ activations: QuantizedActivations, slot: Int,
        _ rows: Range<Int>
    ) -> bn_ternary_matmul_arguments {
        var arguments = arguments(product.matrix, activations, slot: slot, rows)
        arguments.out = product.out.base + rows.lowerBound
        arguments.out_stride = product.matrix.rows
        arguments.accumulate = product.accumulate
        return arguments
    }

    /// The same without a place for the result.
    func arguments(
        _ matrix: TernaryMatrix, _ activations: QuantizedActivations, slot: Int, _ rows: Range<Int>
    ) -> bn_ternary_matmul_arguments {
        // By columns, rows begin at a multiple of 256, with a line of their own.
        let isByRows = matrix.layout == .rows
        return bn_ternary_matmul_arguments(
            weights: matrix.pointer(isByRows ? rows.lowerBound * matrix.stride : 0),
            packing: matrix.packing.kernelPacking, stride: matrix.stride,
            first_line: isByRows ? 0 : rows.lowerBound / Int(BN_LINE_CODES), rows: rows.count,
            columns: isByRows ? matrix.paddedColumns : (matrix.columns + 3) / 4 * 4,
            codes: activations.codes.base, code_stride: activations.columns,
            packed: activations.packed.base, tokens: activations.tokens,
            sums: activations.sums.base,
            factors: activations.factors.base + slot * activations.tokenCapacity,
            out: nil, out_stride: 0, accumulate: false, stream: variant(.rows).stream)
    }

    /// A product by rows, by the variant for its number of tokens.
    func multiply(_ arguments: inout bn_ternary_matmul_arguments) {
        let product: TunedProduct = arguments.tokens <= Self.streamedTokens ? .rows : .tiles
        variant(product).table.ternary_matmul(&arguments)
    }

    /// Up to so many tokens a product streams through its rows; more share tiles of them.
    static var streamedTokens: Int { 4 }

    /// Listed rows of one token.
    func multiplyListed(
        _ arguments: inout bn_ternary_matmul_arguments, _ rows: UnsafePointer<UInt32>, _ count: Int
    ) {
        arguments.stream = variant(.listedRows).stream
        variant(.listedRows).table.ternary_rows(&arguments, rows, count)
    }

    /// Columns of one token: all of them, or some.
    func addColumns(_ arguments: inout bn_ternary_columns_arguments, areAll: Bool) {
        let variant = variant(areAll ? .columns : .listedColumns)
        arguments.stream = variant.stream
        variant.table.ternary_columns(&arguments)
    }
}

extension bn_ternary_matmul_arguments {
    /// The same for one token alone.
    func token(_ token: Int) -> bn_ternary_matmul_arguments {
        var single = self
        single.codes += token * code_stride
        single.sums += token
        single.factors += token
        single.out += token * out_stride
        single.tokens = 1
        return single
    }
}
