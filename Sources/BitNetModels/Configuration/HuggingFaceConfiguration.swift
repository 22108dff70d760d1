internal import BitNetTensors

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// `config.json` of a Hugging Face checkpoint: the keys that matter to a decoder-only model.
struct HuggingFaceConfiguration: Decodable {
    var architectures: [String]?
    var model_type: String?
    var vocab_size: Int?
    var hidden_size: Int?
    var intermediate_size: Int?
    var num_hidden_layers: Int?
    var num_attention_heads: Int?
    var num_key_value_heads: Int?
    var head_dim: Int?
    var hidden_act: String?
    var rms_norm_eps: Float?
    var rope_theta: Float?
    var rope_scaling: RopeParameters?
    var rope_parameters: RopeParameters?
    var max_position_embeddings: Int?
    var tie_word_embeddings: Bool?
    var attention_bias: Bool?
    var mlp_bias: Bool?
    var bos_token_id: OneOrMany?
    var eos_token_id: OneOrMany?
    var quantization_config: Quantization?

    struct RopeParameters: Decodable {
        var rope_theta: Float?
        var rope_type: String?
        var type: String?
        var factor: Float?
        var low_freq_factor: Float?
        var high_freq_factor: Float?
        var original_max_position_embeddings: Float?
    }

    struct Quantization: Decodable {
        var quant_method: String?
        var linear_class: String?
        var quantization_mode: String?
        var use_rms_norm: Bool?
        var rms_norm_eps: Float?
        var modules_to_not_convert: [String]?
    }

    /// An integer, a list of them, or null.
    struct OneOrMany: Decodable {
        let values: [Int]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(Int.self) {
                values = [value]
            } else {
                values = try container.decode([Int].self)
            }
        }
    }
}

extension ModelConfiguration {
    /// Reads `config.json`.
    ///
    /// Refuses architectures, quantisations and options that are not supported, by name.
    public init(huggingFace json: [UInt8], file: String) throws(ModelError) {
        let raw: HuggingFaceConfiguration
        do {
            raw = try JSONDecoder().decode(HuggingFaceConfiguration.self, from: Data(json))
        } catch {
            throw ModelError(
                .invalidConfiguration, file: file, "not a readable config.json: \(error)")
        }
        self = try HuggingFaceReader(raw: raw, file: file).configuration().validated(file)
    }
}

private struct HuggingFaceReader {
    let raw: HuggingFaceConfiguration
    let file: String

    func configuration() throws(ModelError) -> ModelConfiguration {
        let (architecture, family) = try architecture()
        try refuseUnsupported()
        let heads = try required(raw.num_attention_heads, "num_attention_heads")
        let hidden = try required(raw.hidden_size, "hidden_size")
        guard heads > 0 else {
            throw ModelError(
                .invalidConfiguration, file: file, "num_attention_heads: found \(heads)")
        }
        return ModelConfiguration(
            family: family, architecture: architecture,
            vocabularySize: try required(raw.vocab_size, "vocab_size"), hiddenSize: hidden,
            feedForwardSize: try required(raw.intermediate_size, "intermediate_size"),
            layerCount: try required(raw.num_hidden_layers, "num_hidden_layers"),
            headCount: heads, keyValueHeadCount: raw.num_key_value_heads ?? heads,
            headDimension: raw.head_dim ?? hidden / heads, activation: try activation(family),
            normEpsilon: raw.rms_norm_eps ?? (family == .bitNet ? 1e-5 : 1e-6),
            projectionNormEpsilon: raw.quantization_config?.rms_norm_eps ?? 1e-6,
            ropeTheta: raw.rope_parameters?.rope_theta ?? raw.rope_theta
                ?? (architecture == "BitNetForCausalLM" ? 500_000 : 10_000),
            ropeScaling: try ropeScaling(),
            contextLength: raw.max_position_embeddings ?? 2048,
            tiedEmbeddings: raw.tie_word_embeddings ?? false,
            quantization: try quantization(),
            beginningOfText: raw.bos_token_id?.values.first,
            endOfText: raw.eos_token_id?.values ?? [])
    }

    private func required(_ value: Int?, _ key: String) throws(ModelError) -> Int {
        if let value { return value }
        throw ModelError(
            .invalidConfiguration, file: file, "\"\(key)\" is missing; expected an integer")
    }

    private func architecture() throws(ModelError) -> (String, ModelConfiguration.Family) {
        let name = raw.architectures?.first ?? raw.model_type ?? ""
        switch name {
        case "BitNetForCausalLM", "bitnet", "BitnetForCausalLM": return (name, .bitNet)
        case "LlamaForCausalLM", "llama": return (name, .llama)
        default:
            throw ModelError(
                .unsupported, file: file,
                "the architecture \"\(name)\" is not supported; supported: BitNetForCausalLM, "
                    + "BitnetForCausalLM (1bitLLM), LlamaForCausalLM")
        }
    }

    private func refuseUnsupported() throws(ModelError) {
        if raw.attention_bias == true || raw.mlp_bias == true {
            throw ModelError(
                .unsupported, file: file,
                "projections with biases (attention_bias, mlp_bias) are not supported")
        }
    }

    private func activation(
        _ family: ModelConfiguration.Family
    ) throws(ModelError) -> GateActivation {
        switch raw.hidden_act ?? (family == .bitNet ? "relu2" : "silu") {
        case "relu2": return .reluSquared
        case "silu", "swish": return .silu
        case let other:
            throw ModelError(
                .unsupported, file: file,
                "the activation \"\(other)\" (hidden_act) is not supported; supported: relu2, silu")
        }
    }

    private func ropeScaling() throws(ModelError) -> RopeScaling {
        guard let rope = raw.rope_parameters ?? raw.rope_scaling else { return .none }
        let factor = rope.factor ?? 1
        switch rope.rope_type ?? rope.type ?? "default" {
        case "default": return .none
        case "linear" where factor > 0 && factor.isFinite: return .linear(factor: factor)
        case "llama3" where factor > 0 && factor.isFinite:
            let low = rope.low_freq_factor ?? 1
            let high = rope.high_freq_factor ?? 4
            guard low > 0, high > low else {
                throw ModelError(
                    .invalidConfiguration, file: file,
                    "rope scaling: low_freq_factor \(low) must be below high_freq_factor \(high)")
            }
            return .llama3(
                factor: factor, lowFrequencyFactor: low, highFrequencyFactor: high,
                originalContextLength: rope.original_max_position_embeddings ?? 8192)
        case let other:
            throw ModelError(
                .unsupported, file: file,
                "rope scaling \"\(other)\" with factor \(factor) is not supported; supported: "
                    + "default, linear, llama3 with a positive factor")
        }
    }

    private func quantization() throws(ModelError) -> ModelConfiguration.Quantization? {
        guard let quantization = raw.quantization_config else {
            // 1bitLLM's models quantise in their own code and say so only by their architecture.
            let own = raw.architectures?.first == "BitnetForCausalLM"
            return own
                ? .init(scaleDivides: true, excludedModules: [], projectionNorms: false) : nil
        }
        guard let method = quantization.quant_method, method == "bitnet" else {
            throw ModelError(
                .unsupported, file: file,
                "the quantisation \"\(quantization.quant_method ?? "")\" is not supported; "
                    + "supported: bitnet")
        }
        let linearClass = quantization.linear_class ?? "bitlinear"
        guard linearClass == "bitlinear" || linearClass == "autobitlinear" else {
            throw ModelError(
                .unsupported, file: file,
                "linear_class \"\(linearClass)\" is not supported; supported: bitlinear, "
                    + "autobitlinear")
        }
        return .init(
            scaleDivides: linearClass == "bitlinear",
            excludedModules: quantization.modules_to_not_convert ?? [],
            projectionNorms: quantization.use_rms_norm ?? false)
    }
}
