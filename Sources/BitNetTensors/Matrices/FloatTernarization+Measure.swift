extension FloatTernarization {
    /// The scale s when all of `region`'s values are -s, 0 or +s; nil otherwise.
    ///
    /// Stops at the first value that does not fit: a full-precision matrix costs one row.
    public static func exactScale(
        _ region: FileRegion, _ encoding: TensorEncoding, rows: Int, columns: Int
    ) throws(TensorCodecError) -> Float? {
        var values: [Float] = []
        var scale: Float = 0
        for row in 0..<rows {
            try TensorCodec.decodeFloats(
                region, encoding, valueRange: row * columns..<(row + 1) * columns, into: &values)
            for value in values where value != 0 {
                if scale == 0 { scale = value.magnitude }
                guard value.magnitude == scale else { return nil }
            }
        }
        return scale
    }

    /// The rule for master weights: t = 1 / max(mean |w|, 1e-5).
    ///
    /// Rows are summed in float64 and added in order, whatever the number of threads.
    public static func absoluteMean(
        _ region: FileRegion, _ encoding: TensorEncoding, rows: Int, columns: Int
    ) throws(TensorCodecError) -> FloatTernarization {
        var values: [Float] = []
        var total = 0.0
        for row in 0..<rows {
            try TensorCodec.decodeFloats(
                region, encoding, valueRange: row * columns..<(row + 1) * columns, into: &values)
            total += values.reduce(0.0) { $0 + Double($1.magnitude) }
        }
        let mean = Float(total / (Double(rows) * Double(columns)))
        return .absoluteMean(inverse: 1 / max(mean, 1e-5))
    }
}
