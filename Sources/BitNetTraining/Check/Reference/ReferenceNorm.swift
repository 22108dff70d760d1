/// y = w · x · r with r = 1 / sqrt(mean(x²) + ε) (arXiv 1910.07467).
final class ReferenceNorm {
    private let name: String
    private let epsilon: Double
    private let parameters: ReferenceParameters
    private var x = ReferenceRows(count: 0, width: 1)

    init(_ name: String, epsilon: Float, _ parameters: ReferenceParameters) {
        self.name = name
        self.epsilon = Double(epsilon)
        self.parameters = parameters
    }

    private func inverse(_ row: Int) -> Double {
        var squares = 0.0
        for i in row * x.width..<(row + 1) * x.width { squares += x.values[i] * x.values[i] }
        return 1 / (squares / Double(x.width) + epsilon).squareRoot()
    }

    func forward(_ x: ReferenceRows) -> ReferenceRows {
        self.x = x
        let w = parameters.values(name)
        var y = x
        for row in 0..<x.count {
            let r = inverse(row)
            for i in 0..<x.width { y.values[row * x.width + i] *= r * w[i] }
        }
        return y
    }

    /// dw = Σ dy · x · r over the rows; dx = r · (w · dy - x · r² · mean(w · dy · x)).
    func backward(_ dy: ReferenceRows) -> ReferenceRows {
        let w = parameters.values(name)
        var dw = [Double](repeating: 0, count: w.count)
        var dx = dy
        for row in 0..<x.count {
            let r = inverse(row)
            let start = row * x.width
            var mean = 0.0
            for i in 0..<x.width {
                let product = dy.values[start + i] * x.values[start + i]
                dw[i] += product * r
                mean += w[i] * product / Double(x.width)
            }
            for i in 0..<x.width {
                dx.values[start + i] =
                    r * (w[i] * dy.values[start + i] - x.values[start + i] * r * r * mean)
            }
        }
        parameters.add(dw, to: name)
        return dx
    }
}
