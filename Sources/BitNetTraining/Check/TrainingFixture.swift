internal import BitNetCheckpoints
public import BitNetModels
internal import BitNetTensors

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// What an independent implementation computed for a small model: a folder with `expected.json`
/// (configuration, batch, losses, optimiser), `initial.safetensors`, `gradients.safetensors`,
/// `gradients-full-precision.safetensors` and `final.safetensors`.
public struct TrainingFixture {
    /// The folder.
    public let path: String
    /// The model's shape.
    public let configuration: ModelConfiguration
    let expected: Expected
    let initial: SafetensorsCheckpoint

    /// `expected.json`.
    struct Expected: Decodable {
        struct Batch: Decodable {
            let tokens: [[Int32]]
            /// Weights of the targets' losses; absent where all weigh the same.
            let weights: [[Float]]?
        }
        /// What the loss is; the mean over the targets, by weight, where it is absent.
        struct Objective: Decodable {
            /// "weighted_sum" or "dpo".
            let kind: String
            let beta: Double?
            let reference_log_probabilities: [Double]?
        }
        struct Optimizer: Decodable {
            let lr: Float
            let beta1: Float
            let beta2: Float
            let eps: Float
            let weight_decay: Float
            let clip: Float

            var options: AdamW.Options {
                var options = AdamW.Options()
                options.beta1 = beta1
                options.beta2 = beta2
                options.epsilon = eps
                options.clip = clip
                return options
            }
        }
        struct Run: Decodable {
            let loss: Double
            let step_losses: [Double]
            let gradient_norms: [Double]?
            /// For each step and row, where there is an objective.
            let step_log_probabilities: [[Double]]?
            let logits_last_position: [[Float]]?
        }
        let config: Shape
        let batch: Batch
        let objective: Objective?
        let optimizer: Optimizer
        let ternary: Run?
        let full_precision: Run?
    }

    /// The configuration's members, which are those of a `config.json`.
    struct Shape: Codable {
        var architectures: [String]?
        let vocab_size: Int
        let hidden_size: Int
        let intermediate_size: Int
        let num_hidden_layers: Int
        let num_attention_heads: Int
        let num_key_value_heads: Int?
        let head_dim: Int?
        let rope_theta: Float?
        let rms_norm_eps: Float?
        let tie_word_embeddings: Bool?
        let hidden_act: String?
    }

    /// Opens the folder at `path`.
    public init(path: String) throws {
        self.path = path
        let json = path + "/expected.json"
        guard let bytes = FileManager.default.contents(atPath: json) else {
            throw TrainingError(
                .file, file: json,
                "no such readable file; expected a folder with expected.json, "
                    + "initial.safetensors and the expected gradients")
        }
        do {
            expected = try JSONDecoder().decode(Expected.self, from: bytes)
        } catch {
            throw TrainingError(.invalidData, file: json, "not a fixture's description: \(error)")
        }
        initial = try SafetensorsCheckpoint(path: path + "/initial.safetensors")
        var shape = expected.config
        if shape.architectures == nil {
            let hasSubNorms = initial.tensors.contains { $0.name.contains("sub_norm") }
            shape.architectures = [hasSubNorms ? "BitNetForCausalLM" : "LlamaForCausalLM"]
        }
        configuration = try ModelConfiguration(
            huggingFace: Array(try JSONEncoder().encode(shape)), file: json)
    }

    func run(_ precision: TrainingPrecision) -> Expected.Run? {
        precision == .ternary ? expected.ternary : expected.full_precision
    }

    /// The expected gradients; nil when the folder has none for this precision.
    func gradients(_ precision: TrainingPrecision) throws -> SafetensorsCheckpoint? {
        try optional(
            precision == .ternary
                ? "gradients.safetensors" : "gradients-full-precision.safetensors")
    }

    /// The weights after all steps of the ternary run.
    func final() throws -> SafetensorsCheckpoint? { try optional("final.safetensors") }

    private func optional(_ name: String) throws -> SafetensorsCheckpoint? {
        let file = path + "/" + name
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        return try SafetensorsCheckpoint(path: file)
    }

    /// The values of a tensor, whose shape must be the parameter's.
    func values(_ parameter: Parameter, _ file: SafetensorsCheckpoint) throws -> [Float] {
        guard let tensor = file.tensor(parameter.name) else {
            throw TrainingError(
                .invalidData, file: file.path, "tensor \"\(parameter.name)\" is missing")
        }
        guard tensor.shape == parameter.shape, let encoding = tensor.encoding else {
            throw TrainingError(
                .invalidData, file: file.path,
                "tensor \"\(parameter.name)\": expected the shape \(parameter.shape), found "
                    + "\(tensor.shape) of type \(tensor.typeName)")
        }
        var values: [Float] = []
        try TensorCodec.decodeFloats(
            tensor.region, encoding, valueRange: 0..<parameter.count, into: &values)
        return values
    }

    /// The batch and its loss.
    func task() throws(TrainingError) -> FixtureTask {
        FixtureTask(batch: try batch(), objective: try objective())
    }

    /// What the loss is of the batch's targets.
    private func objective() throws(TrainingError) -> TrainingObjective {
        guard let objective = expected.objective else { return .weightedSum }
        switch objective.kind {
        case "weighted_sum": return .weightedSum
        case "dpo":
            guard let beta = objective.beta, expected.batch.tokens.count == 2,
                let reference = objective.reference_log_probabilities, reference.count == 2
            else {
                throw TrainingError(
                    .invalidData, file: path,
                    "objective dpo: expected beta, two rows of tokens and two "
                        + "reference_log_probabilities")
            }
            return .preference(beta: beta, reference: reference)
        default:
            throw TrainingError(
                .invalidData, file: path,
                "objective.kind: expected \"weighted_sum\" or \"dpo\", found "
                    + "\"\(objective.kind)\"")
        }
    }

    /// The batch with the weights that make its loss.
    private func batch() throws(TrainingError) -> TokenBatch {
        let rows = expected.batch.tokens
        guard let width = rows.first?.count, width > 1, rows.allSatisfy({ $0.count == width })
        else {
            throw TrainingError(
                .invalidData, file: path,
                "batch.tokens: expected rows of one length, at least 2 tokens each")
        }
        let tokens = rows.flatMap { $0 }
        let count = rows.count * (width - 1)
        guard let weights = expected.batch.weights?.flatMap({ $0 }) else {
            return TokenBatch(rows: rows.count, length: width - 1, tokens: tokens)
        }
        guard weights.count == count else {
            throw TrainingError(
                .invalidData, file: path,
                "batch.weights: expected \(count) values, found \(weights.count)")
        }
        let total = expected.objective == nil ? weights.reduce(0, +) : 1
        return TokenBatch(
            rows: rows.count, length: width - 1, tokens: tokens, weights: weights.map { $0 / total }
        )
    }
}
