internal import BitNetTensors

/// The shapes of models that can be made up.
public enum SyntheticShape: String, Sendable, CaseIterable {
    /// BitNet b1.58 2B4T: 2.4 billion parameters.
    case bitNet2B4T = "2b4t"
    /// The model of 700 million parameters of arXiv 2402.17764.
    case bitNet700M = "0.7b"
    /// The model of 3 billion parameters of arXiv 2402.17764, its feed-forward layer widened from
    /// 8640 to the next multiple of 128, which I2_S needs.
    case bitNet3B = "3b"
    /// Llama 3 8B with ternary projections.
    case llama3With8B = "llama3-8b"
    /// A few hundred thousand parameters, for tests.
    case tiny

    /// The model's shape and options.
    public var configuration: ModelConfiguration {
        switch self {
        case .bitNet2B4T:
            Self.model(
                vocabulary: 128_256, hidden: 2560, feedForward: 6912, layers: 30, heads: (20, 5))
        case .bitNet700M:
            Self.model(
                vocabulary: 32_000, hidden: 1536, feedForward: 4096, layers: 24, heads: (24, 24),
                theta: 10_000, context: 2048)
        case .bitNet3B:
            Self.model(
                vocabulary: 32_000, hidden: 3200, feedForward: 8704, layers: 26, heads: (32, 32),
                theta: 10_000, context: 2048)
        case .llama3With8B:
            Self.model(
                family: .llama, vocabulary: 128_256, hidden: 4096, feedForward: 14_336, layers: 32,
                heads: (32, 8), context: 8192)
        case .tiny:
            Self.model(
                vocabulary: 512, hidden: 256, feedForward: 512, layers: 2, heads: (4, 2),
                context: 512)
        }
    }

    private static func model(
        family: ModelConfiguration.Family = .bitNet, vocabulary: Int, hidden: Int,
        feedForward: Int, layers: Int, heads: (query: Int, keyValue: Int), theta: Float = 500_000,
        context: Int = 4096
    ) -> ModelConfiguration {
        let isBitNet = family == .bitNet
        return ModelConfiguration(
            family: family, architecture: isBitNet ? "bitnet-b1.58" : "llama",
            vocabularySize: vocabulary, hiddenSize: hidden, feedForwardSize: feedForward,
            layerCount: layers, headCount: heads.query, keyValueHeadCount: heads.keyValue,
            headDimension: hidden / heads.query, activation: isBitNet ? .reluSquared : .silu,
            normEpsilon: 1e-5, projectionNormEpsilon: 1e-5, ropeTheta: theta, ropeScaling: .none,
            contextLength: context, tiedEmbeddings: isBitNet, quantization: nil,
            beginningOfText: nil, endOfText: [])
    }
}
