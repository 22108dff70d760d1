internal import BitNetModels
internal import BitNetTensors

/// x += o_proj(sub_norm(attention(rope(q), rope(k), v))) on the normalised x.
final class TrainableAttention {
    private let shape: AttentionShape
    private let inputNorm: TrainableNorm
    private let query: TrainableLinear
    private let key: TrainableLinear
    private let value: TrainableLinear
    private let subNorm: TrainableNorm?
    private let output: TrainableLinear
    private let gradients: AlignedBuffer<Float>

    init(
        _ prefix: String, _ model: ModelConfiguration, _ weights: ParameterSet,
        _ gradients: ParameterSet, _ precision: TrainingPrecision
    ) throws(TrainingError) {
        shape = model.attentionShape
        self.gradients = gradients.buffer
        func linear(_ name: String) throws(TrainingError) -> TrainableLinear {
            try TrainableLinear(prefix + "self_attn.\(name).weight", weights, gradients, precision)
        }
        inputNorm = TrainableNorm(
            prefix + "input_layernorm.weight", weights, epsilon: model.normEpsilon)
        query = try linear("q_proj")
        key = try linear("k_proj")
        value = try linear("v_proj")
        output = try linear("o_proj")
        subNorm =
            model.family == .bitNet
            ? TrainableNorm(
                prefix + "self_attn.attn_sub_norm.weight", weights, epsilon: model.normEpsilon)
            : nil
    }

    var linears: [TrainableLinear] { [query, key, value, output] }

    /// `y` = x plus the attention's result, both (tokens, hidden).
    func forward(
        _ x: AlignedBuffer<Float>, _ batch: SequenceShape, into y: AlignedBuffer<Float>,
        _ kept: LayerActivations, _ scratch: LayerScratch, _ rotary: RotaryTables,
        _ context: TrainingContext
    ) {
        let tokens = batch.tokens
        let values = kept.attention
        kept.attentionInput.forward(
            x, tokens: tokens, inputNorm.norm, scratch: scratch.first, context)
        query.forward(kept.attentionInput, tokens: tokens, into: values.queries, context)
        key.forward(kept.attentionInput, tokens: tokens, into: values.keys, context)
        value.forward(kept.attentionInput, tokens: tokens, into: values.values, context)
        rotate(values.queries, values.keys, batch, rotary.forward, context)
        context.attend(values, batch, shape)
        kept.outputInput.forward(
            values.out, tokens: tokens, subNorm?.norm, scratch: scratch.first, context)
        context.copy(x, to: y, count: tokens * output.weights.rows)
        output.forward(kept.outputInput, tokens: tokens, into: y, accumulate: true, context)
    }

    /// Adds to `dy`, the gradient of the result and of x through the residual, what comes through
    /// the attention.
    func backward(
        _ x: AlignedBuffer<Float>, _ batch: SequenceShape, _ dy: AlignedBuffer<Float>,
        _ kept: LayerActivations, _ scratch: LayerScratch, _ rotary: RotaryTables,
        _ context: TrainingContext
    ) {
        let tokens = batch.tokens
        let (dnormed, seen) = (scratch.first, scratch.second)
        output.backward(
            kept.outputInput.floats(tokens: tokens, scratch: seen, context), dy, into: dnormed,
            context)
        let dout = subNorm == nil ? dnormed : scratch.fourth
        kept.outputInput.backward(
            kept.attention.out, tokens: tokens, subNorm?.pair, dnormed, into: dout,
            accumulate: false, gradients: gradients, scratch: scratch.inverses, context)
        let (dqueries, dkeys) = (scratch.second, scratch.third)
        let dvalues = AlignedBuffer(
            sharing: dkeys, offset: tokens * shape.keyValueWidth,
            count: dkeys.count - tokens * shape.keyValueWidth)
        context.attendBackward(
            kept.attention, batch, shape, out: dout, queries: dqueries, keys: dkeys,
            values: dvalues)
        rotate(dqueries, dkeys, batch, rotary.backward, context)
        let (dx, input) = (scratch.first, scratch.fourth)
        let floats = kept.attentionInput.floats(tokens: tokens, scratch: input, context)
        query.backward(floats, dqueries, into: dx, context)
        key.backward(floats, dkeys, into: dx, accumulate: true, context)
        value.backward(floats, dvalues, into: dx, accumulate: true, context)
        kept.attentionInput.backward(
            x, tokens: tokens, inputNorm.pair, dx, into: dy, accumulate: true,
            gradients: gradients, scratch: scratch.inverses, context)
    }

    private func rotate(
        _ queries: AlignedBuffer<Float>, _ keys: AlignedBuffer<Float>, _ batch: SequenceShape,
        _ table: RotaryTable, _ context: TrainingContext
    ) {
        context.rotate(
            queries, batch, heads: shape.heads, headDimension: shape.headDimension, table)
        context.rotate(
            keys, batch, heads: shape.keyValueHeads, headDimension: shape.headDimension, table)
    }
}
