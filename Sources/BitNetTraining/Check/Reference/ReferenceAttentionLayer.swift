internal import BitNetModels

/// x + o_proj(sub_norm(attention(rope(q), rope(k), v))) on the normalised x.
final class ReferenceAttentionLayer {
    private let inputNorm: ReferenceNorm
    private let input: ReferenceQuantizer
    private let query: ReferenceLinear
    private let key: ReferenceLinear
    private let value: ReferenceLinear
    private let rotary: ReferenceRotary
    private let attention: ReferenceAttention
    private let subNorm: ReferenceNorm?
    private let outputInput: ReferenceQuantizer
    private let output: ReferenceLinear
    private var x = ReferenceRows(count: 0, width: 1)
    private var attended = ReferenceRows(count: 0, width: 1)

    /// For sequences of `length` tokens.
    init(_ layer: Int, length: Int, _ model: ModelConfiguration, _ parts: ReferenceParts) {
        let prefix = "model.layers.\(layer)."
        inputNorm = parts.norm(prefix + "input_layernorm")
        input = parts.quantizer(CodePlace.attentionInput(layer))
        query = parts.linear(prefix + "self_attn.q_proj", model.hiddenSize)
        key = parts.linear(prefix + "self_attn.k_proj", model.hiddenSize)
        value = parts.linear(prefix + "self_attn.v_proj", model.hiddenSize)
        rotary = ReferenceRotary(model, length: length)
        attention = ReferenceAttention(model, length: length)
        subNorm = model.family == .bitNet ? parts.norm(prefix + "self_attn.attn_sub_norm") : nil
        outputInput = parts.quantizer(CodePlace.outputInput(layer))
        output = parts.linear(prefix + "self_attn.o_proj", model.queryWidth)
    }

    func forward(_ residual: ReferenceRows) -> ReferenceRows {
        x = input.forward(inputNorm.forward(residual))
        let out = attention.forward(
            queries: rotary.forward(query.forward(x)), keys: rotary.forward(key.forward(x)),
            values: value.forward(x))
        attended = outputInput.forward(subNorm?.forward(out) ?? out)
        return residual + output.forward(attended)
    }

    func backward(_ dy: ReferenceRows) -> ReferenceRows {
        let dattended = output.backward(attended, dy)
        let d = attention.backward(subNorm?.backward(dattended) ?? dattended)
        let dx =
            query.backward(x, rotary.backward(d.queries))
            + key.backward(x, rotary.backward(d.keys)) + value.backward(x, d.values)
        return dy + inputNorm.backward(dx)
    }
}
