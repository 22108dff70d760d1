internal import BitNetTensors

/// The shapes of models that can be made up.
public enum SyntheticShape: String, Sendable, CaseIterable {
    /// BitNet b1.58 2B4T: 2.4 billion parameters.
    case bitNet2B4T = "2b4t"
    /// The model of 700 million parameters of arXiv 2402.17764.
    case bitNet700M = "0.7b"
    /// The model of 1.3 billion parameters of arXiv 2402.17764, its feed-forward layer widened from
    /// 5460 to the next multiple of 256, which all types can store.
    case bitNet1B = "1.3b"
    /// The model of 3 billion parameters of arXiv 2402.17764, its feed-forward layer widened from
    /// 8640 to the next multiple of 128, which I2_S needs.
    case bitNet3B = "3b"
    /// The model of 3.9 billion parameters of arXiv 2402.17764.
    case bitNet4B = "3.9b"
    /// The largest shapes of arXiv 2402.17764: those of LLaMA 7B and 13B and of Llama 2 70B, whose heads
    /// are grouped.
    case bitNet7B = "7b"
    case bitNet13B = "13b"
    case bitNet70B = "70b"
    /// The shape of the largest model that bitnet.cpp reports speeds of: 100 billion ternary weights,
    /// heads not grouped. Its vocabulary is that of the other shapes of the paper.
    case bitNet100B = "100b"
    /// Llama 3 8B with ternary projections.
    case llama3With8B = "llama3-8b"
    /// A few hundred thousand parameters, for tests.
    case tiny
    /// One layer with rows and columns of more than a thousand, for tests.
    case wide

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
        case .bitNet1B:
            Self.research(hidden: 2048, feedForward: 5632, layers: 24, heads: (32, 32))
        case .bitNet4B:
            Self.research(hidden: 3200, feedForward: 12_800, layers: 26, heads: (32, 32))
        case .bitNet7B:
            Self.research(hidden: 4096, feedForward: 11_008, layers: 32, heads: (32, 32))
        case .bitNet13B:
            Self.research(hidden: 5120, feedForward: 13_824, layers: 40, heads: (40, 40))
        case .bitNet70B:
            Self.research(hidden: 8192, feedForward: 28_672, layers: 80, heads: (64, 8))
        case .bitNet100B:
            Self.research(hidden: 8192, feedForward: 45_568, layers: 72, heads: (64, 64))
        case .bitNet3B:
            Self.model(
                vocabulary: 32_000, hidden: 3200, feedForward: 8704, layers: 26, heads: (32, 32),
                theta: 10_000, context: 2048)
        case .llama3With8B:
            Self.model(
                family: .llama, vocabulary: 128_256, hidden: 4096, feedForward: 14_336, layers: 32,
                heads: (32, 8), context: 8192)
        case .wide:
            Self.model(
                vocabulary: 512, hidden: 1536, feedForward: 2816, layers: 1, heads: (12, 4),
                context: 512)
        case .tiny:
            Self.model(
                vocabulary: 512, hidden: 256, feedForward: 512, layers: 2, heads: (4, 2),
                context: 512)
        }
    }

    /// A shape with an output head of its own, as in the paper's.
    private static func research(
        hidden: Int, feedForward: Int, layers: Int, heads: (query: Int, keyValue: Int)
    ) -> ModelConfiguration {
        var configuration = model(
            vocabulary: 32_000, hidden: hidden, feedForward: feedForward, layers: layers,
            heads: heads, theta: 10_000, context: 2048)
        configuration.tiedEmbeddings = false
        return configuration
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
