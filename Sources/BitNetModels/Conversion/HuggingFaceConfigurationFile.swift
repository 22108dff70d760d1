internal import BitNetTensors

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A `config.json` to be written; keys are in snake case in the file.
struct HuggingFaceConfigurationFile: Encodable {
    var architectures: [String]
    var modelType: String
    var vocabSize: Int
    var hiddenSize: Int
    var intermediateSize: Int
    var numHiddenLayers: Int
    var numAttentionHeads: Int
    var numKeyValueHeads: Int
    var headDim: Int
    var hiddenAct: String
    var rmsNormEps: Float
    var ropeTheta: Float
    var ropeScaling: Rope?
    var maxPositionEmbeddings: Int
    var tieWordEmbeddings: Bool
    var attentionBias = false
    var mlpBias = false
    var bosTokenId: Int?
    var eosTokenId: EndTokens?
    var torchDtype = "bfloat16"
    var quantizationConfig: Quantization?

    struct Rope: Encodable {
        var ropeType: String
        var factor: Float
        var lowFreqFactor: Float?
        var highFreqFactor: Float?
        var originalMaxPositionEmbeddings: Int?
    }

    struct Quantization: Encodable {
        var quantMethod = "bitnet"
        var linearClass = "autobitlinear"
        var quantizationMode = "offline"
        var modulesToNotConvert: [String]?
        var useRmsNorm: Bool?
        var rmsNormEps: Float?
    }

    /// One id, or a list of several.
    struct EndTokens: Encodable {
        let ids: [Int]

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            if ids.count == 1 {
                try container.encode(ids[0])
            } else {
                try container.encode(ids)
            }
        }
    }

    /// The file's bytes.
    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return Array(try encoder.encode(self))
    }
}

extension HuggingFaceConfigurationFile {
    /// Describes a model.
    ///
    /// `file` is the input's path, for errors; `quantization` is nil when nothing is ternary.
    init(
        _ model: ModelConfiguration, quantization: Quantization?, file: String
    ) throws(ModelError) {
        let isBitNet = model.family == .bitNet
        self.init(
            architectures: [isBitNet ? "BitNetForCausalLM" : "LlamaForCausalLM"],
            modelType: isBitNet ? "bitnet" : "llama", vocabSize: model.vocabularySize,
            hiddenSize: model.hiddenSize, intermediateSize: model.feedForwardSize,
            numHiddenLayers: model.layerCount, numAttentionHeads: model.headCount,
            numKeyValueHeads: model.keyValueHeadCount, headDim: model.headDimension,
            hiddenAct: model.activation == .silu ? "silu" : "relu2",
            rmsNormEps: model.normEpsilon, ropeTheta: model.ropeTheta,
            ropeScaling: try Self.rope(model, file), maxPositionEmbeddings: model.contextLength,
            tieWordEmbeddings: model.tiedEmbeddings, bosTokenId: model.beginningOfText,
            eosTokenId: model.endOfText.isEmpty ? nil : EndTokens(ids: model.endOfText),
            quantizationConfig: quantization)
    }

    private static func rope(
        _ model: ModelConfiguration, _ file: String
    ) throws(ModelError) -> Rope? {
        switch model.ropeScaling {
        case .none: return nil
        case .linear(let factor): return Rope(ropeType: "linear", factor: factor)
        case .llama3(let factor, let low, let high, let original):
            return Rope(
                ropeType: "llama3", factor: factor, lowFreqFactor: low, highFreqFactor: high,
                originalMaxPositionEmbeddings: Int(original))
        case .divisors(let divisors):
            guard let known = model.llama3Scaling(divisors: divisors) else {
                throw ModelError(
                    .unrepresentable, file: file,
                    "the divisors of rope_freqs.weight are no Llama 3 scaling, and config.json can "
                        + "hold no others; use a GGUF type")
            }
            var other = model
            other.ropeScaling = known
            return try rope(other, file)
        }
    }
}

extension ModelConfiguration {
    /// The bytes of a `config.json` for bfloat16 weights of this model: to be ternarised when they
    /// are loaded (`quantization_mode` "online"), or of full precision.
    ///
    /// `file` is named in errors.
    public func masterConfigurationJSON(ternary: Bool, file: String) throws -> [UInt8] {
        let projections = [
            "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj",
        ]
        var excluded = ternary ? [] : projections
        if !tiedEmbeddings { excluded.append("lm_head") }
        let quantization = HuggingFaceConfigurationFile.Quantization(
            quantizationMode: "online", modulesToNotConvert: excluded.isEmpty ? nil : excluded)
        return try HuggingFaceConfigurationFile(self, quantization: quantization, file: file).json()
    }
}
