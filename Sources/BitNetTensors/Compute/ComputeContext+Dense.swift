internal import CBitNetKernels

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
        pool.split(matrix.rows, work: matrix.rows * matrix.columns * tokens) { rows in
            self.multiplyRows(
                matrix, rows, x, tokens: tokens, out.base + outOffset, accumulate: accumulate)
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
        pool.split(gate.rows, work: 2 * gate.rows * gate.columns * tokens) { rows in
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

    private func multiplyRows(
        _ matrix: DenseMatrix, _ rows: Range<Int>, _ x: AlignedBuffer<Float>, tokens: Int,
        _ out: UnsafeMutablePointer<Float>, accumulate: Bool
    ) {
        var arguments = bn_dense_matmul_arguments(
            weights: matrix.row(rows.lowerBound), format: matrix.format.kernelFormat,
            row_bytes: matrix.rowBytes, rows: rows.count, columns: matrix.columns, x: x.base,
            x_stride: matrix.columns, tokens: tokens, out: out + rows.lowerBound,
            out_stride: matrix.rows, accumulate: accumulate)
        table.dense_matmul(&arguments)
    }
}
