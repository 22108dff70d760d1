internal import CBitNetKernels

extension TrainingContext {
    /// Rows of a share are a multiple of it: whole tiles of every instruction set.
    private static let rowGroup = 48

    /// out (+)= a · b: (m, k) times (k, n).
    ///
    /// `out` is not transposed.
    public func multiply(
        _ a: FloatMatrix, _ b: FloatMatrix, into out: FloatMatrix, accumulate: Bool = false
    ) {
        precondition(
            a.columns == b.rows && out.rows == a.rows && out.columns == b.columns
                && out.columnStride == 1,
            "(\(a.rows), \(a.columns)) times (\(b.rows), \(b.columns))")
        let groups = (a.rows + Self.rowGroup - 1) / Self.rowGroup
        split(groups, work: a.rows * a.columns * b.columns) { share, worker in
            let rows =
                share.lowerBound
                * Self.rowGroup..<min(
                    a.rows, share.upperBound * Self.rowGroup)
            self.multiplyRows(
                a.rows(rows), b, out.rows(rows), accumulate: accumulate, worker)
        }
    }

    private func multiplyRows(
        _ a: FloatMatrix, _ b: FloatMatrix, _ out: FloatMatrix, accumulate: Bool, _ worker: Int
    ) {
        if let blas {
            return blas.multiply(a, b, into: out, accumulate: accumulate)
        }
        var arguments = bn_gemm_arguments(
            a: a.base, a_row: a.rowStride, a_step: a.columnStride, b: b.base, b_step: b.rowStride,
            b_column: b.columnStride, rows: a.rows, columns: b.columns, depth: a.columns,
            out: out.base, out_stride: out.rowStride, accumulate: accumulate,
            scratch: scratch(worker))
        table.gemm(&arguments)
    }
}
