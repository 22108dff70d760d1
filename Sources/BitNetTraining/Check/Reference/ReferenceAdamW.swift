/// AdamW (arXiv 1711.05101) in float64, as ``AdamW``.
package final class ReferenceAdamW {
    private let options: AdamW.Options
    /// Means of the clipped gradients, by tensor.
    package private(set) var first: [String: [Double]]
    /// Means of their squares.
    package private(set) var second: [String: [Double]]
    /// Steps made.
    package private(set) var step = 0

    /// Moments of zero for these weights.
    package init(_ weights: [String: [Double]], _ options: AdamW.Options) {
        self.options = options
        first = weights.mapValues { [Double](repeating: 0, count: $0.count) }
        second = first
    }

    /// The norm of all gradients together.
    package static func norm(_ gradients: [String: [Double]]) -> Double {
        gradients.sorted { $0.key < $1.key }.reduce(0) { sum, tensor in
            tensor.value.reduce(sum) { $0 + $1 * $1 }
        }.squareRoot()
    }

    /// Moves the model's weights by its gradients; matrices, which `layout` tells, decay.
    ///
    ///     g = gradient · min(1, clip / (norm + 1e-6))    m = β₁ m + (1 - β₁) g    v = β₂ v + (1 - β₂) g²
    ///     w = w · (1 - rate · decay) - rate · (m / (1 - β₁ⁿ)) / (sqrt(v / (1 - β₂ⁿ)) + ε)
    package func update(
        _ model: ReferenceModel, _ layout: ParameterLayout, learningRate: Float, weightDecay: Float
    ) {
        step += 1
        let norm = Self.norm(model.gradients)
        let clip = Double(options.clip)
        let factor = norm > clip ? clip / (norm + 1e-6) : 1
        for parameter in layout.parameters {
            let decay = parameter.isMatrix ? Double(weightDecay) : 0
            move(parameter.name, model, factor, rate: Double(learningRate), decay)
        }
    }

    private func move(
        _ name: String, _ model: ReferenceModel, _ factor: Double, rate: Double, _ decay: Double
    ) {
        guard var w = model.weights[name], let gradient = model.gradients[name],
            var m = first[name], var v = second[name]
        else { preconditionFailure("no tensor \(name)") }
        let (beta1, beta2) = (Double(options.beta1), Double(options.beta2))
        let epsilon = Double(options.epsilon)
        let first = 1 - (0..<step).reduce(1.0) { power, _ in power * beta1 }
        let second = 1 - (0..<step).reduce(1.0) { power, _ in power * beta2 }
        for i in w.indices {
            let g = gradient[i] * factor
            m[i] = beta1 * m[i] + (1 - beta1) * g
            v[i] = beta2 * v[i] + (1 - beta2) * g * g
            let move = (m[i] / first) / ((v[i] / second).squareRoot() + epsilon)
            w[i] = w[i] * (1 - rate * decay) - rate * move
        }
        model.weights[name] = w
        self.first[name] = m
        self.second[name] = v
    }
}
