public import BitNetTensors

/// The shape and the options of a model.
public struct ModelConfiguration: Sendable, Equatable, Codable {
    /// The layer graphs that can be run.
    public enum Family: String, Sendable, Codable {
        /// BitNet b1.58: sub-norms in front of the output and down projections.
        case bitNet = "bitnet"
        /// The Llama family: no sub-norms; projections ternary or of full precision.
        case llama
    }

    /// The layer graph.
    public var family: Family
    /// The architecture as the checkpoint names it.
    public var architecture: String
    /// Rows of the embedding.
    public var vocabularySize: Int
    /// Width of the residual stream.
    public var hiddenSize: Int
    /// Width of the feed-forward layer.
    public var feedForwardSize: Int
    /// Transformer blocks.
    public var layerCount: Int
    /// Query heads.
    public var headCount: Int
    /// Key/value heads, a divisor of `headCount`.
    public var keyValueHeadCount: Int
    /// Width of a head, even.
    public var headDimension: Int
    /// The gate of the feed-forward layer.
    public var activation: GateActivation
    /// Added to the mean square in every norm.
    public var normEpsilon: Float
    /// The same for the norm in front of each projection, where there is one.
    public var projectionNormEpsilon: Float
    /// Base of the rotary embedding's frequencies.
    public var ropeTheta: Float
    /// Change of the rotary embedding's frequencies for longer contexts.
    public var ropeScaling: RopeScaling
    /// Positions that the model was trained for.
    public var contextLength: Int
    /// Whether the output head is the embedding.
    public var tiedEmbeddings: Bool
    /// How Hugging Face checkpoints store the projections.
    public var quantization: Quantization?
    /// Token that begins a text, if the configuration names it.
    public var beginningOfText: Int?
    /// Tokens that end a text, if the configuration names them.
    public var endOfText: [Int]

    /// Quantisation options of a Hugging Face configuration.
    public struct Quantization: Sendable, Equatable, Codable {
        /// Whether `weight_scale` divides (class `bitlinear`) or multiplies (`autobitlinear`).
        public var scaleDivides: Bool
        /// Projections that stay in full precision, by the last part of their name.
        public var excludedModules: [String]
        /// Whether each ternary projection must have a norm of its own (`use_rms_norm`).
        public var projectionNorms: Bool
    }

    /// The shape of an attention layer.
    public var attentionShape: AttentionShape {
        AttentionShape(
            heads: headCount, keyValueHeads: keyValueHeadCount, headDimension: headDimension)
    }

    /// How keys and values are laid out in memory; nil when the sizes are beyond any model's.
    public func keyValueLayout(_ format: KeyValueFormat) -> KeyValueLayout? {
        KeyValueLayout(
            layers: layerCount, heads: keyValueHeadCount, headDimension: headDimension,
            format: format)
    }

    /// Width of all query heads together.
    public var queryWidth: Int { headCount * headDimension }
    /// Width of all key (or value) heads together.
    public var keyValueWidth: Int { keyValueHeadCount * headDimension }

    /// The largest value of any dimension: beyond it, sums of a product could leave 32 bits.
    static let dimensionLimit = 1 << 22

    /// Checks ranges and divisibility; the error names the value.
    func validated(_ file: String) throws(ModelError) -> ModelConfiguration {
        let dimensions: [(String, Int)] = [
            ("vocabulary size", vocabularySize), ("hidden size", hiddenSize),
            ("feed-forward size", feedForwardSize), ("layer count", layerCount),
            ("head count", headCount), ("key/value head count", keyValueHeadCount),
            ("head dimension", headDimension), ("query width", headCount &* headDimension),
        ]
        for (name, value) in dimensions where value < 1 || value > Self.dimensionLimit {
            throw ModelError(
                .invalidConfiguration, file: file,
                "\(name): expected 1 to \(Self.dimensionLimit), found \(value)")
        }
        guard contextLength >= 1 else {
            throw ModelError(
                .invalidConfiguration, file: file,
                "context length: expected 1 or more, found \(contextLength)")
        }
        guard headCount % keyValueHeadCount == 0 else {
            throw ModelError(
                .invalidConfiguration, file: file,
                "\(headCount) query heads do not divide over \(keyValueHeadCount) key/value heads")
        }
        guard headDimension % 2 == 0 else {
            throw ModelError(
                .invalidConfiguration, file: file,
                "head dimension: expected an even number, found \(headDimension)")
        }
        guard normEpsilon.isFinite, normEpsilon >= 0, projectionNormEpsilon.isFinite,
            projectionNormEpsilon >= 0, ropeTheta.isFinite, ropeTheta > 0
        else {
            throw ModelError(
                .invalidConfiguration, file: file,
                "norm epsilon \(normEpsilon) or rope theta \(ropeTheta) is out of range")
        }
        return self
    }
}

extension ModelConfiguration {
    /// The graph of BitNet b1.58 2B4T (arXiv 2504.12285) in another shape, its projections
    /// ternarised from float weights when they are loaded.
    public init(
        vocabularySize: Int, hiddenSize: Int, feedForwardSize: Int, layerCount: Int, headCount: Int,
        keyValueHeadCount: Int, headDimension: Int, contextLength: Int
    ) {
        self.init(
            family: .bitNet, architecture: "BitNetForCausalLM", vocabularySize: vocabularySize,
            hiddenSize: hiddenSize, feedForwardSize: feedForwardSize, layerCount: layerCount,
            headCount: headCount, keyValueHeadCount: keyValueHeadCount,
            headDimension: headDimension, activation: .reluSquared, normEpsilon: 1e-5,
            projectionNormEpsilon: 1e-6, ropeTheta: 500_000, ropeScaling: .none,
            contextLength: contextLength, tiedEmbeddings: true,
            quantization: Quantization(
                scaleDivides: false, excludedModules: [], projectionNorms: false),
            beginningOfText: nil, endOfText: [])
    }
}

/// Change of the rotary embedding's frequencies for contexts longer than trained on.
public enum RopeScaling: Sendable, Equatable, Codable {
    /// None.
    case none
    /// All frequencies divided by `factor`.
    case linear(factor: Float)
    /// Llama 3.1: low frequencies divided by `factor`, high ones kept, smooth in between.
    case llama3(
        factor: Float, lowFrequencyFactor: Float, highFrequencyFactor: Float,
        originalContextLength: Float)
    /// One divisor for each frequency (GGUF's `rope_freqs.weight`).
    case divisors([Float])
}
