/// Rows of float64 values: activations of tokens, or a matrix of weights.
struct ReferenceRows {
    /// Values of a row.
    let width: Int
    /// (rows, width).
    var values: [Double]

    /// Rows of `width` values each.
    init(_ values: [Double], width: Int) {
        precondition(values.count % width == 0, "\(values.count) values in rows of \(width)")
        self.width = width
        self.values = values
    }

    /// Zeros.
    init(count: Int, width: Int) {
        self.init([Double](repeating: 0, count: count * width), width: width)
    }

    /// The number of rows.
    var count: Int { values.count / width }

    /// y[t][o] = Σ x[t][i] · w[o][i].
    func times(transposed w: ReferenceRows) -> ReferenceRows {
        var y = ReferenceRows(count: count, width: w.count)
        for t in 0..<count {
            for o in 0..<w.count {
                var sum = 0.0
                for i in 0..<width { sum += values[t * width + i] * w.values[o * width + i] }
                y.values[t * y.width + o] = sum
            }
        }
        return y
    }

    /// y[t][i] = Σ x[t][o] · w[o][i].
    func times(_ w: ReferenceRows) -> ReferenceRows {
        var y = ReferenceRows(count: count, width: w.width)
        for t in 0..<count {
            for o in 0..<width {
                let factor = values[t * width + o]
                if factor == 0 { continue }
                for i in 0..<w.width {
                    y.values[t * w.width + i] += factor * w.values[o * w.width + i]
                }
            }
        }
        return y
    }

    /// y[o][i] = Σ x[t][o] · z[t][i].
    func transposedTimes(_ z: ReferenceRows) -> ReferenceRows {
        var y = ReferenceRows(count: width, width: z.width)
        for t in 0..<count {
            for o in 0..<width {
                let factor = values[t * width + o]
                if factor == 0 { continue }
                for i in 0..<z.width {
                    y.values[o * z.width + i] += factor * z.values[t * z.width + i]
                }
            }
        }
        return y
    }

    static func + (left: ReferenceRows, right: ReferenceRows) -> ReferenceRows {
        ReferenceRows(zip(left.values, right.values).map { $0 + $1 }, width: left.width)
    }
}
