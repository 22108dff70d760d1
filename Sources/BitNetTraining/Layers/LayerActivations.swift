internal import BitNetModels
internal import BitNetTensors

/// What a layer's forward pass keeps for its backward pass.
final class LayerActivations {
    let attention: AttentionValues
    let attentionInput: ProjectionInput
    let outputInput: ProjectionInput
    /// The residual stream between attention and feed-forward, (tokens, hidden).
    let middle: AlignedBuffer<Float>
    let feedForwardInput: ProjectionInput
    /// (tokens, feed-forward) each.
    let gate: AlignedBuffer<Float>
    let up: AlignedBuffer<Float>
    let downInput: ProjectionInput

    init(
        _ model: ModelConfiguration, tokens: Int, _ precision: TrainingPrecision
    ) throws(TrainingError) {
        func floats(_ width: Int) throws(TrainingError) -> AlignedBuffer<Float> {
            try .allocated(tokens * width, "activations")
        }
        attention = AttentionValues(
            queries: try floats(model.queryWidth), keys: try floats(model.keyValueWidth),
            values: try floats(model.keyValueWidth), out: try floats(model.queryWidth),
            statistics: try floats(2 * model.headCount))
        attentionInput = try ProjectionInput(tokens: tokens, width: model.hiddenSize, precision)
        outputInput = try ProjectionInput(tokens: tokens, width: model.queryWidth, precision)
        middle = try floats(model.hiddenSize)
        feedForwardInput = try ProjectionInput(tokens: tokens, width: model.hiddenSize, precision)
        gate = try floats(model.feedForwardSize)
        up = try floats(model.feedForwardSize)
        downInput = try ProjectionInput(tokens: tokens, width: model.feedForwardSize, precision)
    }
}

/// Buffers that all layers share in turn.
final class LayerScratch {
    /// (tokens, widest) each.
    let first: AlignedBuffer<Float>
    let second: AlignedBuffer<Float>
    let third: AlignedBuffer<Float>
    let fourth: AlignedBuffer<Float>
    /// One value a token.
    let inverses: AlignedBuffer<Float>

    init(_ model: ModelConfiguration, tokens: Int) throws(TrainingError) {
        // Gradients of keys and values share a buffer.
        let widest = max(
            model.hiddenSize, model.queryWidth, 2 * model.keyValueWidth, model.feedForwardSize)
        first = try .allocated(tokens * widest, "gradients of activations")
        second = try .allocated(tokens * widest, "gradients of activations")
        third = try .allocated(tokens * widest, "gradients of activations")
        fourth = try .allocated(tokens * widest, "gradients of activations")
        inverses = try .allocated(tokens, "gradients of activations")
    }
}
