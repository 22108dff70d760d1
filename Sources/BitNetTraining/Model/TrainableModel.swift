public import BitNetModels
public import BitNetTensors

/// A model with float32 weights, its gradients, and the passes between them.
///
/// The forward pass computes what ``BitNetModel`` computes from the ternary weights, so that a
/// trained model is used as it was trained.
public final class TrainableModel {
    /// The shape.
    public let configuration: ModelConfiguration
    /// Ternary or full precision.
    public let precision: TrainingPrecision
    /// The master weights.
    public let weights: ParameterSet
    /// The sums of the gradients since they were cleared.
    public let gradients: ParameterSet
    /// The most tokens of a batch.
    public let tokenCapacity: Int
    /// The longest sequence.
    public let maximumLength: Int
    /// Kernels and threads.
    public let context: TrainingContext

    let layers: [TrainableLayer]
    private let embedding: FloatMatrix
    private let embeddingGradient: FloatMatrix
    private let output: OutputLoss
    private let rotary: RotaryTables
    private let scratch: LayerScratch
    private let activations: [LayerActivations]
    private let streams: [AlignedBuffer<Float>]
    private let streamGradient: AlignedBuffer<Float>

    /// How a model is trained.
    public struct Options: Sendable {
        /// Ternary or full precision.
        public var precision = TrainingPrecision.ternary
        /// The most tokens of a batch.
        public var tokenCapacity: Int
        /// The longest sequence.
        public var maximumLength: Int
        /// Keeps only each layer's input and computes the rest again in the backward pass: a third
        /// more work, memory for one layer's activations instead of all.
        public var checkpointsActivations = false
        /// A BLAS for dense products instead of the engine's own.
        public var blas: BLASLibrary?

        /// Defaults for batches of that size.
        public init(tokenCapacity: Int, maximumLength: Int) {
            self.tokenCapacity = tokenCapacity
            self.maximumLength = maximumLength
        }
    }

    /// A model whose weights are zero; assign or initialise them, then call ``weightsDidChange()``.
    public init(
        _ configuration: ModelConfiguration, _ options: Options, _ compute: ComputeContext
    ) throws(TrainingError) {
        self.configuration = configuration
        precision = options.precision
        tokenCapacity = options.tokenCapacity
        maximumLength = options.maximumLength
        let layout = ParameterLayout(configuration)
        weights = try ParameterSet(layout)
        gradients = try ParameterSet(layout)
        guard
            let context = TrainingContext(
                compute, positions: options.maximumLength, blas: options.blas)
        else { throw TrainingError(.memory, "no memory for the kernels' scratch") }
        self.context = context
        let tokens = options.tokenCapacity
        rotary = try RotaryTables(configuration, positions: options.maximumLength)
        scratch = try LayerScratch(configuration, tokens: tokens)
        output = try OutputLoss(configuration, tokens: tokens, weights, gradients)
        embedding = weights.matrix("model.embed_tokens.weight")
        embeddingGradient = gradients.matrix("model.embed_tokens.weight")
        var layers: [TrainableLayer] = []
        var activations: [LayerActivations] = []
        var streams: [AlignedBuffer<Float>] = []
        let hidden = tokens * configuration.hiddenSize
        for index in 0..<configuration.layerCount {
            layers.append(
                try TrainableLayer(index, configuration, weights, gradients, options.precision))
            if index == 0 || !options.checkpointsActivations {
                activations.append(
                    try LayerActivations(configuration, tokens: tokens, options.precision))
            }
            streams.append(try .allocated(hidden, "the residual stream"))
        }
        streams.append(try .allocated(hidden, "the residual stream"))
        streamGradient = try .allocated(hidden, "the residual stream's gradient")
        self.layers = layers
        self.activations = activations
        self.streams = streams
    }

    /// Makes the ternary copies anew: due after every change of the weights.
    public func weightsDidChange() {
        for layer in layers { layer.linears.forEach { $0.ternarize(context) } }
    }

    /// Shares of -1, 0 and +1 of each layer's projections; empty in full precision.
    public var distributions: [TernaryDistribution] {
        layers.compactMap { layer in
            let parts = layer.linears.compactMap(\.distribution)
            guard !parts.isEmpty else { return nil }
            return parts.reduce(into: TernaryDistribution()) { $0 += $1 }
        }
    }

    /// Each target's negative log-likelihood, (rows · length), natural logarithm.
    public func losses(_ batch: TokenBatch) throws(TrainingError) -> [Float] {
        let shape = try check(batch)
        forward(batch, shape)
        return output.forward(
            streams[layers.count], tokens: shape.tokens, targets: batch.targets, weights: nil,
            into: streamGradient, scratch, context)
    }

    /// The same, and the gradient of Σ weight · loss is added to ``gradients``.
    public func backpropagate(_ batch: TokenBatch) throws(TrainingError) -> [Float] {
        let shape = try check(batch)
        forward(batch, shape)
        let losses = output.forward(
            streams[layers.count], tokens: shape.tokens, targets: batch.targets,
            weights: batch.weights, into: streamGradient, scratch, context)
        for index in layers.indices.reversed() {
            let kept = activations[min(index, activations.count - 1)]
            if activations.count < layers.count, index < layers.count - 1 {
                layers[index].forward(
                    streams[index], shape, into: streams[index + 1], kept, scratch, rotary, context)
            }
            layers[index].backward(
                streams[index], shape, streamGradient, kept, scratch, rotary, context)
        }
        context.embedBackward(batch.inputs, streamGradient, into: embeddingGradient)
        return losses
    }

    /// The logits behind token `row` of the batch.
    public func logits(_ batch: TokenBatch, row: Int) throws(TrainingError) -> [Float] {
        let shape = try check(batch)
        forward(batch, shape)
        return output.logits(streams[layers.count], tokens: shape.tokens, row: row, context)
    }

    /// Residual streams before each layer and behind the last one; `visit` sees what a layer keeps.
    func forward(
        _ batch: TokenBatch, _ shape: SequenceShape,
        visit: (_ layer: Int, _ kept: LayerActivations) -> Void = { _, _ in }
    ) {
        context.embed(batch.inputs, embedding, into: streams[0])
        for (index, layer) in layers.enumerated() {
            let kept = activations[min(index, activations.count - 1)]
            layer.forward(
                streams[index], shape, into: streams[index + 1], kept, scratch, rotary, context)
            visit(index, kept)
        }
    }

    func check(_ batch: TokenBatch) throws(TrainingError) -> SequenceShape {
        guard batch.length <= maximumLength, batch.rows * batch.length <= tokenCapacity else {
            throw TrainingError(
                .invalidConfiguration,
                "a batch of \(batch.rows) sequences of \(batch.length) tokens; this model was set "
                    + "up for \(tokenCapacity) tokens in sequences of up to \(maximumLength)")
        }
        for token in batch.tokens where token < 0 || token >= configuration.vocabularySize {
            throw TrainingError(
                .invalidData,
                "token \(token) in a batch; the model's vocabulary has "
                    + "\(configuration.vocabularySize) entries")
        }
        return SequenceShape(sequences: batch.rows, length: batch.length)
    }
}
