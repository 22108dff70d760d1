internal import Synchronization

extension FloatTernarization {
    /// The scale s when all of `region`'s values are -s, 0 or +s; nil otherwise.
    ///
    /// Rows up to the first that is not all zeros are looked at alone, so that a full-precision
    /// matrix costs one row. Infinite and NaN values are never ternary.
    public static func exactScale(
        _ region: FileRegion, _ encoding: TensorEncoding, rows: Int, columns: Int,
        pool: ThreadPool
    ) throws(TensorCodecError) -> Float? {
        var values: [Float] = []
        var first = 0
        var scale: Float = 0
        while first < rows, scale == 0 {
            try TensorCodec.decodeFloats(
                region, encoding, valueRange: first * columns..<(first + 1) * columns,
                into: &values)
            scale = values.reduce(Float(0)) { max($0, $1.magnitude) }
            guard isTernary(values, scale) else { return nil }
            first += 1
        }
        let exact = Mutex(true)
        try pool.splitThrowing(rows - first) { share throws(TensorCodecError) in
            var values: [Float] = []
            for row in share where exact.withLock({ $0 }) {
                let start = (first + row) * columns
                try TensorCodec.decodeFloats(
                    region, encoding, valueRange: start..<start + columns, into: &values)
                if !isTernary(values, scale) { exact.withLock { $0 = false } }
            }
        }
        return exact.withLock { $0 } ? scale : nil
    }

    private static func isTernary(_ values: [Float], _ scale: Float) -> Bool {
        scale.isFinite && values.allSatisfy { $0 == 0 || $0.magnitude == scale }
    }

    /// The rule for master weights: t = 1 / max(mean |w|, 1e-5).
    ///
    /// Rows are summed in float64 and added in order, whatever the number of threads. Infinite and
    /// NaN values are refused: they would make every weight NaN.
    public static func absoluteMean(
        _ region: FileRegion, _ encoding: TensorEncoding, rows: Int, columns: Int,
        pool: ThreadPool
    ) throws(TensorCodecError) -> FloatTernarization {
        let sums = Mutex([Double](repeating: 0, count: rows))
        try pool.splitThrowing(rows) { share throws(TensorCodecError) in
            var values: [Float] = []
            for row in share {
                try TensorCodec.decodeFloats(
                    region, encoding, valueRange: row * columns..<(row + 1) * columns,
                    into: &values)
                let sum = values.reduce(0.0) { $0 + Double($1.magnitude) }
                sums.withLock { $0[row] = sum }
            }
        }
        let total = sums.withLock { $0.reduce(0, +) }
        let mean = Float(total / (Double(rows) * Double(columns)))
        guard mean.isFinite else {
            throw TensorCodecError(
                code: .unrepresentable,
                message: "the mean magnitude of the weights is \(mean), not a finite number")
        }
        return .absoluteMean(inverse: 1 / max(mean, 1e-5))
    }
}
