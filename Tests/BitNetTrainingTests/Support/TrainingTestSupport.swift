import BitNetModels
import BitNetTensors
import BitNetTestSupport
import BitNetTraining
import Testing

/// A small model's configuration; `family` and the rest as in a `config.json`.
func tinyConfiguration(
    _ family: ModelConfiguration.Family = .bitNet, hidden: Int = 24, feedForward: Int = 40,
    layers: Int = 2, heads: Int = 4, keyValueHeads: Int = 2, headDimension: Int = 8,
    vocabulary: Int = 31, activation: String = "relu2", tied: Bool = true
) throws -> ModelConfiguration {
    let architecture = family == .bitNet ? "BitNetForCausalLM" : "LlamaForCausalLM"
    let json = """
        {"architectures": ["\(architecture)"], "vocab_size": \(vocabulary),
         "hidden_size": \(hidden), "intermediate_size": \(feedForward),
         "num_hidden_layers": \(layers), "num_attention_heads": \(heads),
         "num_key_value_heads": \(keyValueHeads), "head_dim": \(headDimension),
         "rope_theta": 10000.0, "rms_norm_eps": 1e-5, "hidden_act": "\(activation)",
         "tie_word_embeddings": \(tied)}
        """
    return try ModelConfiguration(huggingFace: Array(json.utf8), file: "test")
}

/// Configurations that differ in every respect the trainer knows.
func tinyConfigurations() throws -> [ModelConfiguration] {
    [
        try tinyConfiguration(),
        try tinyConfiguration(.bitNet, hidden: 30, feedForward: 70, keyValueHeads: 4, tied: false),
        try tinyConfiguration(.llama, keyValueHeads: 1, activation: "silu", tied: false),
        try tinyConfiguration(
            .llama, hidden: 17, feedForward: 33, layers: 1, heads: 3, keyValueHeads: 1),
        try tinyConfiguration(.bitNet, hidden: 129, feedForward: 20, heads: 1, keyValueHeads: 1),
        try tinyConfiguration(.llama, feedForward: 36, keyValueHeads: 4, headDimension: 6),
    ]
}

/// Random weights for all tensors: norms near 1, matrices of a usual size.
func randomWeights(_ configuration: ModelConfiguration, seed: UInt64) -> [String: [Double]] {
    var generator = SeededGenerator(seed: seed)
    var weights: [String: [Double]] = [:]
    for parameter in ParameterLayout(configuration).parameters {
        // Outputs of about the inputs' size, so that no softmax saturates.
        let limit = parameter.isMatrix ? 1.7 / Float(parameter.shape[1]).squareRoot() : 0.3
        let middle: Float = parameter.isMatrix ? 0 : 1
        weights[parameter.name] = (0..<parameter.count).map { _ in
            Double(middle + Float.random(in: -limit...limit, using: &generator))
        }
    }
    return weights
}

/// Random tokens; every target has a weight of its own.
func randomBatch(
    _ configuration: ModelConfiguration, rows: Int = 2, length: Int = 9, seed: UInt64
) -> TokenBatch {
    var generator = SeededGenerator(seed: seed)
    let tokens = (0..<rows * (length + 1)).map { _ in
        Int32.random(in: 0..<Int32(configuration.vocabularySize), using: &generator)
    }
    let weights = (0..<rows * length).map { _ in
        Float.random(in: 0...2, using: &generator) / Float(rows * length)
    }
    return TokenBatch(rows: rows, length: length, tokens: tokens, weights: weights)
}

/// Kernels with threads on which even the smallest step runs in parallel.
func context(_ kernels: KernelSet? = nil, workers: Int = 1) throws -> ComputeContext {
    ComputeContext(
        kernels: try kernels ?? KernelSet.preferred(),
        pool: try #require(ThreadPool(workers: workers, smallestParallelWork: 0)))
}

/// A trainer with these weights, for batches as large as `batch`.
func trainer(
    _ configuration: ModelConfiguration, _ precision: TrainingPrecision,
    _ weights: [String: [Double]], _ batch: TokenBatch, _ compute: ComputeContext? = nil,
    checkpointing: Bool = false
) throws -> TrainableModel {
    var options = TrainableModel.Options(
        tokenCapacity: batch.rows * batch.length, maximumLength: batch.length)
    options.precision = precision
    options.checkpointsActivations = checkpointing
    let model = try TrainableModel(configuration, options, try compute ?? context())
    model.weights.assign(weights)
    model.weightsDidChange()
    return model
}

/// The norm of the difference of two tensors over the second one's norm.
func relativeDifference(_ values: [Double], _ expected: [Double]) -> Double {
    #expect(values.count == expected.count)
    return TrainingComparison.relative(values, expected)
}

/// Losses and the weighted sums' gradients as bits.
func bits(_ model: TrainableModel, _ losses: [Float]) -> [UInt32] {
    losses.map(\.bitPattern)
        + model.gradients.layout.parameters.flatMap {
            model.gradients.values($0).map(\.bitPattern)
        }
}
