/// The input of projections: 8-bit codes of each token (arXiv 2402.17764, section 2).
struct ReferenceQuantizer {
    let place: String
    /// Nil in full precision.
    let rounding: ReferenceRounding?

    /// clamp(round(x · s), -128, 127) / s with s = 127 / max(max |x|, 1e-5) for each row.
    ///
    /// Backward hands on the gradient as it is (straight-through, arXiv 1308.3432).
    func forward(_ x: ReferenceRows) -> ReferenceRows {
        guard let rounding else { return x }
        let scales = (0..<x.count).map { row in
            let largest = (0..<x.width).reduce(0.0) { max($0, abs(x.values[row * x.width + $1])) }
            return 127 / max(largest, 1e-5)
        }
        let scaled = x.values.indices.map { x.values[$0] * scales[$0 / x.width] }
        let codes = rounding.codes(scaled, in: -128...127, at: place)
        return ReferenceRows(
            codes.indices.map { codes[$0] / scales[$0 / x.width] }, width: x.width)
    }
}

/// A projection y = x · Wᵀ with ternary weights.
final class ReferenceLinear {
    private let name: String
    private let inputs: Int
    private let parameters: ReferenceParameters
    /// Nil in full precision.
    private let rounding: ReferenceRounding?
    /// The weights that the product saw, (outputs, inputs).
    private var seen = ReferenceRows(count: 0, width: 1)

    init(
        _ name: String, inputs: Int, _ parameters: ReferenceParameters,
        _ rounding: ReferenceRounding?
    ) {
        self.name = name
        self.inputs = inputs
        self.parameters = parameters
        self.rounding = rounding
    }

    /// clamp(round(w · t), -1, 1) / t with t = 1 / max(mean |w|, 1e-5).
    private func ternary(_ w: [Double], _ rounding: ReferenceRounding) -> [Double] {
        let mean = w.reduce(0) { $0 + abs($1) } / Double(w.count)
        let t = 1 / max(mean, 1e-5)
        return rounding.codes(w.map { $0 * t }, in: -1...1, at: name).map { $0 / t }
    }

    func forward(_ x: ReferenceRows) -> ReferenceRows {
        let w = parameters.values(name)
        seen = ReferenceRows(rounding.map { ternary(w, $0) } ?? w, width: inputs)
        return x.times(transposed: seen)
    }

    /// dW += dyᵀ · x with the x that the product saw, straight through to the master weights;
    /// returns dx = dy · W with the W that it saw.
    func backward(_ x: ReferenceRows, _ dy: ReferenceRows) -> ReferenceRows {
        parameters.add(dy.transposedTimes(x).values, to: name)
        return dy.times(seen)
    }
}
