internal import BitNetModels
internal import BitNetTensors

/// x += down_proj(sub_norm(gate(gate_proj(x), up_proj(x)))) on the normalised x.
final class TrainableFeedForward {
    private let activation: GateActivation
    private let width: Int
    private let inputNorm: TrainableNorm
    private let gate: TrainableLinear
    private let up: TrainableLinear
    private let subNorm: TrainableNorm?
    private let down: TrainableLinear
    private let gradients: AlignedBuffer<Float>

    init(
        _ prefix: String, _ model: ModelConfiguration, _ weights: ParameterSet,
        _ gradients: ParameterSet, _ precision: TrainingPrecision
    ) throws(TrainingError) {
        activation = model.activation
        width = model.feedForwardSize
        self.gradients = gradients.buffer
        func linear(_ name: String) throws(TrainingError) -> TrainableLinear {
            try TrainableLinear(prefix + "mlp.\(name).weight", weights, gradients, precision)
        }
        inputNorm = TrainableNorm(
            prefix + "post_attention_layernorm.weight", weights, epsilon: model.normEpsilon)
        gate = try linear("gate_proj")
        up = try linear("up_proj")
        down = try linear("down_proj")
        subNorm =
            model.family == .bitNet
            ? TrainableNorm(
                prefix + "mlp.ffn_sub_norm.weight", weights, epsilon: model.normEpsilon)
            : nil
    }

    var linears: [TrainableLinear] { [gate, up, down] }

    /// `y` = x plus the layer's result, both (tokens, hidden).
    func forward(
        _ x: AlignedBuffer<Float>, _ batch: SequenceShape, into y: AlignedBuffer<Float>,
        _ kept: LayerActivations, _ scratch: LayerScratch, _ context: TrainingContext
    ) {
        let tokens = batch.tokens
        kept.feedForwardInput.forward(
            x, tokens: tokens, inputNorm.norm, scratch: scratch.first, context)
        gate.forward(kept.feedForwardInput, tokens: tokens, into: kept.gate, context)
        up.forward(kept.feedForwardInput, tokens: tokens, into: kept.up, context)
        let gated = gated(kept, tokens, into: scratch.second, context)
        kept.downInput.forward(
            gated, tokens: tokens, subNorm?.norm, scratch: scratch.first, context)
        context.copy(x, to: y, count: tokens * down.weights.rows)
        down.forward(kept.downInput, tokens: tokens, into: y, accumulate: true, context)
    }

    /// Adds to `dy`, the gradient of the result and of x through the residual, what comes through
    /// the layer.
    func backward(
        _ x: AlignedBuffer<Float>, _ batch: SequenceShape, _ dy: AlignedBuffer<Float>,
        _ kept: LayerActivations, _ scratch: LayerScratch, _ context: TrainingContext
    ) {
        let tokens = batch.tokens
        let (dnormed, seen) = (scratch.first, scratch.second)
        down.backward(
            kept.downInput.floats(tokens: tokens, scratch: seen, context), dy, into: dnormed,
            context)
        let dgated = subNorm == nil ? dnormed : scratch.fourth
        if let subNorm {
            let gated = gated(kept, tokens, into: scratch.second, context)
            kept.downInput.backward(
                gated, tokens: tokens, subNorm.pair, dnormed, into: dgated, accumulate: false,
                gradients: gradients, scratch: scratch.inverses, context)
        }
        let (dgate, dup) = (scratch.second, scratch.third)
        context.gateBackward(
            activation, kept.gate, kept.up, dgated, count: tokens * width, gate: dgate, up: dup)
        let (dx, input) = (scratch.first, scratch.fourth)
        let floats = kept.feedForwardInput.floats(tokens: tokens, scratch: input, context)
        gate.backward(floats, dgate, into: dx, context)
        up.backward(floats, dup, into: dx, accumulate: true, context)
        kept.feedForwardInput.backward(
            x, tokens: tokens, inputNorm.pair, dx, into: dy, accumulate: true,
            gradients: gradients, scratch: scratch.inverses, context)
    }

    /// The gated product, (tokens, feed-forward): cheap enough to be made twice.
    private func gated(
        _ kept: LayerActivations, _ tokens: Int, into out: AlignedBuffer<Float>,
        _ context: TrainingContext
    ) -> AlignedBuffer<Float> {
        context.copy(kept.gate, to: out, count: tokens * width)
        context.compute.applyGate(activation, out, kept.up, tokens: tokens, width: width)
        return out
    }
}
