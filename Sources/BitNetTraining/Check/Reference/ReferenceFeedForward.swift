internal import BitNetModels
internal import BitNetTensors

/// The gated product h = activation(gate) · up, relu² or SiLU (arXiv 2109.08668, 2002.05202).
final class ReferenceGate {
    private let activation: GateActivation
    private var gate = ReferenceRows(count: 0, width: 1)
    private var up = ReferenceRows(count: 0, width: 1)

    init(_ activation: GateActivation) { self.activation = activation }

    /// The activation's value and its derivative.
    private func activate(_ x: Double) -> (value: Double, slope: Double) {
        switch activation {
        case .reluSquared:
            let positive = max(x, 0)
            return (positive * positive, 2 * positive)
        case .silu:
            let sigmoid = ReferenceFunctions.sigmoid(x)
            return (x * sigmoid, sigmoid * (1 + x * (1 - sigmoid)))
        }
    }

    func forward(gate: ReferenceRows, up: ReferenceRows) -> ReferenceRows {
        (self.gate, self.up) = (gate, up)
        let h = zip(gate.values, up.values).map { activate($0).value * $1 }
        return ReferenceRows(h, width: gate.width)
    }

    /// dgate = dh · activation'(gate) · up; dup = dh · activation(gate).
    func backward(_ dh: ReferenceRows) -> (gate: ReferenceRows, up: ReferenceRows) {
        var (dgate, dup) = (dh, dh)
        for i in dh.values.indices {
            let (value, slope) = activate(gate.values[i])
            dgate.values[i] *= slope * up.values[i]
            dup.values[i] *= value
        }
        return (dgate, dup)
    }
}

/// x + down_proj(sub_norm(gate(gate_proj(x), up_proj(x)))) on the normalised x.
final class ReferenceFeedForward {
    private let inputNorm: ReferenceNorm
    private let input: ReferenceQuantizer
    private let gateProjection: ReferenceLinear
    private let upProjection: ReferenceLinear
    private let gate: ReferenceGate
    private let subNorm: ReferenceNorm?
    private let downInput: ReferenceQuantizer
    private let downProjection: ReferenceLinear
    private var x = ReferenceRows(count: 0, width: 1)
    private var hidden = ReferenceRows(count: 0, width: 1)

    init(_ layer: Int, _ model: ModelConfiguration, _ parts: ReferenceParts) {
        let prefix = "model.layers.\(layer)."
        inputNorm = parts.norm(prefix + "post_attention_layernorm")
        input = parts.quantizer(CodePlace.feedForwardInput(layer))
        gateProjection = parts.linear(prefix + "mlp.gate_proj", model.hiddenSize)
        upProjection = parts.linear(prefix + "mlp.up_proj", model.hiddenSize)
        gate = ReferenceGate(model.activation)
        subNorm = model.family == .bitNet ? parts.norm(prefix + "mlp.ffn_sub_norm") : nil
        downInput = parts.quantizer(CodePlace.downInput(layer))
        downProjection = parts.linear(prefix + "mlp.down_proj", model.feedForwardSize)
    }

    func forward(_ residual: ReferenceRows) -> ReferenceRows {
        x = input.forward(inputNorm.forward(residual))
        let gated = gate.forward(gate: gateProjection.forward(x), up: upProjection.forward(x))
        hidden = downInput.forward(subNorm?.forward(gated) ?? gated)
        return residual + downProjection.forward(hidden)
    }

    func backward(_ dy: ReferenceRows) -> ReferenceRows {
        let dhidden = downProjection.backward(hidden, dy)
        let (dgate, dup) = gate.backward(subNorm?.backward(dhidden) ?? dhidden)
        let dx = gateProjection.backward(x, dgate) + upProjection.backward(x, dup)
        return dy + inputNorm.backward(dx)
    }
}
