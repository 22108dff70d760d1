internal import CBitNetKernels

/// One matrix of a fused dense product, and where its result goes.
public struct DenseProduct {
    /// The weights, (rows, columns).
    public let matrix: DenseMatrix
    /// The result, (tokens, rows).
    public let out: AlignedBuffer<Float>

    /// A product that writes to `out`.
    public init(_ matrix: DenseMatrix, into out: AlignedBuffer<Float>) {
        self.matrix = matrix
        self.out = out
    }

    func fits(_ tokens: Int) -> Bool { out.count >= tokens * matrix.rows }
}

extension ComputeContext {
    /// out[t][r] = Σ_k w[r][k] · x[t][k], over rows of `x` of the matrix's width.
    ///
    /// Weights are decoded to float32 as they are read; each sum has a fixed order.
    public func multiply(
        _ matrix: DenseMatrix, _ x: AlignedBuffer<Float>, tokens: Int,
        into out: AlignedBuffer<Float>, outOffset: Int = 0, accumulate: Bool = false
    ) {
        precondition(x.count >= tokens * matrix.columns, "\(tokens) rows do not fit the input")
        precondition(out.count >= outOffset + tokens * matrix.rows, "result does not fit")
        splitRows(matrix.rows, work: matrix.work(tokens: tokens)) { rows in
            self.multiplyRows(
                matrix, rows, x, tokens: tokens, out.base + outOffset, accumulate: accumulate)
        }
    }

    /// The same for three matrices of equal width in one pass of the threads (query, key and value).
    public func multiply(
        _ x: AlignedBuffer<Float>, tokens: Int, _ first: DenseProduct, _ second: DenseProduct,
        _ third: DenseProduct
    ) {
        let columns = first.matrix.columns
        precondition(x.count >= tokens * columns, "\(tokens) rows do not fit the input")
        precondition(
            columns == second.matrix.columns && columns == third.matrix.columns,
            "matrices of different widths")
        precondition(
            first.fits(tokens) && second.fits(tokens) && third.fits(tokens), "result does not fit")
        let work =
            first.matrix.work(tokens: tokens) + second.matrix.work(tokens: tokens)
            + third.matrix.work(tokens: tokens)
        let ends = (first.matrix.rows, first.matrix.rows + second.matrix.rows)
        splitRows(ends.1 + third.matrix.rows, work: work) { rows in
            self.multiplyRows(first, rows, from: 0, x, tokens: tokens)
            self.multiplyRows(second, rows, from: ends.0, x, tokens: tokens)
            self.multiplyRows(third, rows, from: ends.1, x, tokens: tokens)
        }
    }

    /// The first half of a dense feed-forward layer: gate and up products and the activation.
    public func multiplyGated(
        gate: DenseMatrix, up: DenseMatrix, _ x: AlignedBuffer<Float>, tokens: Int,
        into gateOut: AlignedBuffer<Float>, upOut: AlignedBuffer<Float>,
        _ activation: GateActivation
    ) {
        precondition(gate.rows == up.rows && gate.columns == up.columns, "gate and up differ")
        precondition(x.count >= tokens * gate.columns, "\(tokens) rows do not fit the input")
        precondition(min(gateOut.count, upOut.count) >= tokens * gate.rows, "result does not fit")
        splitRows(gate.rows, work: 2 * gate.work(tokens: tokens)) { rows in
            self.multiplyRows(gate, rows, x, tokens: tokens, gateOut.base, accumulate: false)
            self.multiplyRows(up, rows, x, tokens: tokens, upOut.base, accumulate: false)
            self.gate(activation, gateOut, upOut, tokens: tokens, width: gate.rows, range: rows)
        }
    }

    /// Decodes a row to float32, as `DenseMatrix.decodeRow` does, with this processor's conversions.
    func decodeRow(_ index: Int, of matrix: DenseMatrix, into out: AlignedBuffer<Float>) {
        guard matrix.format == .float16 else { return matrix.decodeRow(index, into: out, at: 0) }
        precondition(out.count >= matrix.columns, "the row does not fit")
        table.from_half(
            matrix.row(index).assumingMemoryBound(to: UInt16.self), out.base, matrix.columns)
    }

    /// Runs `body` on ranges of `count` rows, in whole blocks of 16 but for the end: the kernels sum 16
    /// rows of a token, and 4 of several, together.
    private func splitRows(_ count: Int, work: Int, _ body: (Range<Int>) -> Void) {
        let block = Int(BN_LANES)
        let blocks = (count + block - 1) / block
        let grain = max(1, blocks / (Self.denseClaims * pool.workers))
        pool.run(items: blocks, grain: grain, work: work) { _, items in
            while let range = items.next() {
                body(range.lowerBound * block..<min(range.upperBound * block, count))
            }
        }
    }

    /// Claims of a worker's share, or fewer: each reads the activations of all tokens.
    private static let denseClaims = 8

    /// Those of `rows` that are the product's, whose first row is row `first` of them.
    private func multiplyRows(
        _ product: DenseProduct, _ rows: Range<Int>, from first: Int, _ x: AlignedBuffer<Float>,
        tokens: Int
    ) {
        let own = rows.clamped(to: first..<first + product.matrix.rows)
        guard !own.isEmpty else { return }
        multiplyRows(
            product.matrix, own.lowerBound - first..<own.upperBound - first, x, tokens: tokens,
            product.out.base, accumulate: false)
    }

    private func multiplyRows(
        _ matrix: DenseMatrix, _ rows: Range<Int>, _ x: AlignedBuffer<Float>, tokens: Int,
        _ out: UnsafeMutablePointer<Float>, accumulate: Bool
    ) {
        var arguments = bn_dense_matmul_arguments(
            weights: matrix.row(rows.lowerBound), format: matrix.format.kernelFormat,
            row_bytes: matrix.rowBytes, rows: rows.count, columns: matrix.columns, x: x.base,
            x_stride: matrix.columns, tokens: tokens, out: out + rows.lowerBound,
            out_stride: matrix.rows, accumulate: accumulate, stream: variant(.dense).stream)
        (tokens == 1 ? variant(.dense).table : table).dense_matmul(&arguments)
    }
}

extension DenseMatrix {
    /// What a product costs, in the multiply-adds of a ternary one, which reads four weights a byte:
    /// a token reads all weights; several do floating-point multiply-adds, at about a quarter of the
    /// speed of a ternary product's.
    func work(tokens: Int) -> Int { max(4 * byteCount, 4 * rows * columns * tokens) }
}
