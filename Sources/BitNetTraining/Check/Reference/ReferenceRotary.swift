internal import BitNetModels

/// Rotary position embedding (arXiv 2104.09864), first half of a head against its second half.
struct ReferenceRotary {
    private let frequencies: [Float]
    private let width: Int
    private let length: Int

    /// For sequences of `length` tokens.
    init(_ model: ModelConfiguration, length: Int) {
        frequencies =
            RotaryEmbedding(
                headDimension: model.headDimension, theta: model.ropeTheta,
                scaling: model.ropeScaling
            ).inverseFrequencies
        width = model.headDimension
        self.length = length
    }

    func forward(_ x: ReferenceRows) -> ReferenceRows { turn(x, 1) }

    /// A rotation's transpose is the rotation back.
    func backward(_ dy: ReferenceRows) -> ReferenceRows { turn(dy, -1) }

    /// Angles are float32 products, as in every implementation.
    private func turn(_ x: ReferenceRows, _ direction: Double) -> ReferenceRows {
        var y = x
        let half = width / 2
        for row in 0..<x.count {
            for (pair, frequency) in frequencies.enumerated() {
                let angle = Double(Float(row % length) * frequency)
                let (cosine, sine) = ReferenceFunctions.direction(direction * angle)
                for head in stride(from: row * x.width, to: (row + 1) * x.width, by: width) {
                    let (a, b) = (x.values[head + pair], x.values[head + half + pair])
                    y.values[head + pair] = a * cosine - b * sine
                    y.values[head + half + pair] = b * cosine + a * sine
                }
            }
        }
        return y
    }
}
