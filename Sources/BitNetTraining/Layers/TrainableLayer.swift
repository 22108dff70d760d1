internal import BitNetModels
internal import BitNetTensors

/// One transformer layer: attention, then feed-forward, each added to the residual stream.
final class TrainableLayer {
    private let attention: TrainableAttention
    private let feedForward: TrainableFeedForward

    init(
        _ index: Int, _ model: ModelConfiguration, _ weights: ParameterSet,
        _ gradients: ParameterSet, _ precision: TrainingPrecision
    ) throws(TrainingError) {
        let prefix = "model.layers.\(index)."
        attention = try TrainableAttention(prefix, model, weights, gradients, precision)
        feedForward = try TrainableFeedForward(prefix, model, weights, gradients, precision)
    }

    var linears: [TrainableLinear] { attention.linears + feedForward.linears }

    /// `x` to `y`, both (tokens, hidden).
    func forward(
        _ x: AlignedBuffer<Float>, _ batch: SequenceShape, into y: AlignedBuffer<Float>,
        _ kept: LayerActivations, _ scratch: LayerScratch, _ rotary: RotaryTables,
        _ context: TrainingContext
    ) {
        attention.forward(x, batch, into: kept.middle, kept, scratch, rotary, context)
        feedForward.forward(kept.middle, batch, into: y, kept, scratch, context)
    }

    /// `dy`, the gradient of `y`, becomes that of `x`; the weights' are added to theirs.
    func backward(
        _ x: AlignedBuffer<Float>, _ batch: SequenceShape, _ dy: AlignedBuffer<Float>,
        _ kept: LayerActivations, _ scratch: LayerScratch, _ rotary: RotaryTables,
        _ context: TrainingContext
    ) {
        feedForward.backward(kept.middle, batch, dy, kept, scratch, context)
        attention.backward(x, batch, dy, kept, scratch, rotary, context)
    }
}
