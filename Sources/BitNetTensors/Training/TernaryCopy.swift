internal import CBitNetKernels

/// The ternary form of a matrix of float32 master weights, made anew after every step.
///
/// Master weights keep the small changes of many steps; every product is made with this copy, and
/// its gradient is handed to the master weights as it is (the straight-through estimator,
/// arXiv 1308.3432).
public final class TernaryCopy: @unchecked Sendable {
    // @unchecked Sendable: written by `ternarize` between steps, read within them.
    /// Packed for forward products; its scale is the mean magnitude.
    public private(set) var matrix: TernaryMatrix
    /// -scale, 0 and +scale as float32 for backward products, (rows, columns).
    public let values: FloatMatrix
    private let lines: AlignedBuffer<UInt8>

    /// Zeros of that shape; nil when memory is short.
    public init?(rows: Int, columns: Int) {
        guard let size = TernaryMatrix.byteCount(rows: rows, columns: columns),
            let lines = AlignedBuffer<UInt8>(count: size),
            let values = AlignedBuffer<Float>(count: rows * columns)
        else { return nil }
        self.lines = lines
        self.values = FloatMatrix(values, rows: rows, columns: columns)
        matrix = TernaryMatrix(
            rows: rows, columns: columns, scale: 1, layout: .rows, memory: lines, offset: 0)
    }

    fileprivate func replaceScale(_ scale: Float) {
        matrix = TernaryMatrix(
            rows: matrix.rows, columns: matrix.columns, scale: scale, layout: .rows, memory: lines,
            offset: 0)
    }
}

extension TrainingContext {
    /// code = clamp(round(w · t), -1, 1) with t = 1 / max(mean |w|, 1e-5) (arXiv 2402.17764,
    /// equations 1 to 3), as a model's loader does it.
    public func ternarize(_ weights: FloatMatrix, into copy: TernaryCopy) {
        precondition(
            weights.rows == copy.values.rows && weights.columns == copy.values.columns
                && weights.columnStride == 1,
            "(\(weights.rows), \(weights.columns)) into (\(copy.values.rows), …)")
        let mean = Float(sumMagnitudes(weights) / Double(weights.rows * weights.columns))
        let inverse = 1 / max(mean, 1e-5)
        copy.replaceScale(1 / inverse)
        let matrix = copy.matrix
        let table = table
        split(weights.rows, work: weights.rows * weights.columns * 4) { share, _ in
            let padded = matrix.paddedColumns
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: padded + padded / 4) { bytes in
                guard let codes = bytes.baseAddress else { return }
                codes.initialize(repeating: 0, count: padded + padded / 4)
                let blocks = codes + padded
                for row in share {
                    table.ternarize(
                        weights.rows(row..<row + 1).base, weights.columns, inverse, matrix.scale,
                        codes, copy.values.rows(row..<row + 1).base)
                    bn_encode_i2_s(codes, padded / 128, blocks)
                    bn_ternary_lines_from_i2_s(
                        blocks, padded / 128, matrix.pointer(row * matrix.stride))
                }
            }
        }
    }

    /// Rows are summed apart and added in order, whatever the number of threads.
    private func sumMagnitudes(_ weights: FloatMatrix) -> Double {
        var sums = [Double](repeating: 0, count: weights.rows)
        let table = table
        sums.withUnsafeMutableBufferPointer { sums in
            nonisolated(unsafe) let sums = sums
            split(weights.rows, work: weights.rows * weights.columns) { share, _ in
                for row in share {
                    sums[row] = table.sum_magnitudes(
                        weights.rows(row..<row + 1).base, weights.columns)
                }
            }
        }
        return sums.reduce(0, +)
    }

    /// The values that a product saw, code / scale, (tokens, width), into `out`.
    public func dequantize(
        _ activations: QuantizedActivations, width: Int, into out: AlignedBuffer<Float>
    ) {
        precondition(activations.columns == TernaryMatrix.padded(width), "of another width")
        precondition(out.count >= activations.tokens * width, "rows do not fit")
        let table = table
        split(activations.tokens, work: activations.tokens * width * 4) { share, _ in
            for token in share {
                table.dequantize(
                    activations.codes.base + token * activations.columns, width,
                    activations.scales.base[token], out.base + token * width)
            }
        }
    }
}
