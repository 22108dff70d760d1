package import BitNetModels

/// The training mathematics in float64, loop by loop: what the trainer's float32 is measured with.
///
/// It knows neither threads nor kernels nor tricks of memory; a step costs about a thousand times
/// the trainer's.
package final class ReferenceModel {
    private let configuration: ModelConfiguration
    private let parts: ReferenceParts
    private let parameters: ReferenceParameters

    /// A model with all tensors of `configuration`'s ``ParameterLayout``.
    package init(
        _ configuration: ModelConfiguration, _ precision: TrainingPrecision,
        weights: [String: [Double]]
    ) {
        for parameter in ParameterLayout(configuration).parameters {
            precondition(weights[parameter.name]?.count == parameter.count, parameter.name)
        }
        self.configuration = configuration
        parameters = ReferenceParameters(weights)
        parts = ReferenceParts(
            parameters: parameters, rounding: precision == .ternary ? ReferenceRounding() : nil,
            epsilon: configuration.normEpsilon)
    }

    /// The master weights, by name.
    package var weights: [String: [Double]] {
        get { parameters.weights }
        set { parameters.weights = newValue }
    }

    /// The gradients of the last ``backpropagate(_:)``, by name.
    package var gradients: [String: [Double]] { parameters.gradients }

    /// Where it rounds to codes; nil in full precision.
    package var rounding: ReferenceRounding? { parts.rounding }

    /// Each target's negative log-likelihood, (rows · length); ``gradients`` become those of
    /// Σ weight · loss.
    package func backpropagate(_ batch: TokenBatch) -> [Double] {
        parameters.clearGradients()
        let layers = (0..<configuration.layerCount).map { index in
            (
                ReferenceAttentionLayer(index, length: batch.length, configuration, parts),
                ReferenceFeedForward(index, configuration, parts)
            )
        }
        let output = ReferenceOutput(configuration, parts)
        var x = embed(batch.inputs)
        for (attention, feedForward) in layers {
            x = feedForward.forward(attention.forward(x))
        }
        let losses = output.forward(x, batch.targets)
        var dx = output.backward(batch.weights.map { Double($0) })
        for (attention, feedForward) in layers.reversed() {
            dx = attention.backward(feedForward.backward(dx))
        }
        embedBackward(batch.inputs, dx)
        return losses
    }

    /// x[t] = embedding[token[t]].
    private func embed(_ tokens: [Int32]) -> ReferenceRows {
        let table = parameters.values(Self.embedding)
        let width = configuration.hiddenSize
        return ReferenceRows(
            tokens.flatMap { table[Int($0) * width..<(Int($0) + 1) * width] }, width: width)
    }

    /// dembedding[token[t]] += dx[t].
    private func embedBackward(_ tokens: [Int32], _ dx: ReferenceRows) {
        var gradient = [Double](repeating: 0, count: parameters.values(Self.embedding).count)
        for (t, token) in tokens.enumerated() {
            for i in 0..<dx.width {
                gradient[Int(token) * dx.width + i] += dx.values[t * dx.width + i]
            }
        }
        parameters.add(gradient, to: Self.embedding)
    }

    private static let embedding = "model.embed_tokens.weight"
}
