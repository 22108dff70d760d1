internal import Synchronization

extension FloatTernarization {
    /// The scale s when all of `region`'s values are -s, 0 or +s; nil otherwise.
    ///
    /// The first rows are looked at alone, up to one that is not all zeros, so that a full-precision
    /// matrix costs one row.
    public static func exactScale(
        _ region: FileRegion, _ encoding: TensorEncoding, rows: Int, columns: Int,
        pool: ThreadPool
    ) throws(TensorCodecError) -> Float? {
        var values: [Float] = []
        var scale: Float = 0
        for row in 0..<rows where scale == 0 {
            try TensorCodec.decodeFloats(
                region, encoding, valueRange: row * columns..<(row + 1) * columns, into: &values)
            scale = values.reduce(0) { max($0, $1.magnitude) }
        }
        guard isTernary(values, scale) else { return nil }
        let exact = Mutex(true)
        try pool.splitThrowing(rows) { share throws(TensorCodecError) in
            var values: [Float] = []
            for row in share where exact.withLock({ $0 }) {
                try TensorCodec.decodeFloats(
                    region, encoding, valueRange: row * columns..<(row + 1) * columns,
                    into: &values)
                if !isTernary(values, scale) { exact.withLock { $0 = false } }
            }
        }
        return exact.withLock { $0 } ? scale : nil
    }

    private static func isTernary(_ values: [Float], _ scale: Float) -> Bool {
        values.allSatisfy { $0 == 0 || $0.magnitude == scale }
    }

    /// The rule for master weights: t = 1 / max(mean |w|, 1e-5).
    ///
    /// Rows are summed in float64 and added in order, whatever the number of threads.
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
        return .absoluteMean(inverse: 1 / max(mean, 1e-5))
    }
}
