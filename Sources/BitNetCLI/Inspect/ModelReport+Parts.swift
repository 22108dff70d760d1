import BitNetModels
import BitNetTensors

extension ModelReport {
    /// The shape of a model that can be run.
    struct Shape: Encodable {
        let family: String
        let vocabulary: Int
        let hidden: Int
        let feedForward: Int
        let layers: Int
        let heads: Int
        let keyValueHeads: Int
        let headDimension: Int
        let activation: String
        let contextLength: Int
        let ropeTheta: Float
        let tiedEmbeddings: Bool

        enum CodingKeys: String, CodingKey {
            case family, vocabulary, hidden, layers, heads, activation
            case feedForward = "feed_forward"
            case keyValueHeads = "kv_heads"
            case headDimension = "head_dim"
            case contextLength = "context_length"
            case ropeTheta = "rope_theta"
            case tiedEmbeddings = "tied_embeddings"
        }

        init(_ configuration: ModelConfiguration) {
            family = configuration.family.rawValue
            vocabulary = configuration.vocabularySize
            hidden = configuration.hiddenSize
            feedForward = configuration.feedForwardSize
            layers = configuration.layerCount
            heads = configuration.headCount
            keyValueHeads = configuration.keyValueHeadCount
            headDimension = configuration.headDimension
            activation = configuration.activation.rawValue
            contextLength = configuration.contextLength
            ropeTheta = configuration.ropeTheta
            tiedEmbeddings = configuration.tiedEmbeddings
        }

        var text: String {
            "hidden \(hidden), feed-forward \(feedForward), \(layers) layers, "
                + "\(heads)/\(keyValueHeads) heads x \(headDimension), vocabulary \(vocabulary), "
                + "context \(contextLength)"
        }
    }

    /// Parameters by use.
    struct Parameters: Encodable {
        let total: Int
        let ternary: Int
        let fullPrecision: Int
        let embedding: Int
        let head: Int
        let other: Int

        enum CodingKeys: String, CodingKey {
            case total, ternary, embedding, head, other
            case fullPrecision = "full_precision"
        }
    }

    /// What a packing of the ternary weights takes.
    struct Packing: Encodable {
        /// As `--pack` takes it.
        let packing: String
        /// Bytes in memory: ternary weights, and the output head where it is quantised.
        let bytes: Int
        /// Whether they are available.
        let fits: Bool
        /// Whether they leave a tenth of the available memory, as `--pack auto` wants it.
        let isComfortable: Bool

        enum CodingKeys: String, CodingKey {
            case packing, bytes, fits
            case isComfortable = "comfortable"
        }

        var text: String {
            let room = fits ? isComfortable ? "fits" : "barely fits" : "does not fit"
            return "\(NumberFormat.bytes(bytes)) as \(packing) (\(room))"
        }
    }

    /// Bytes by use: in the files, and of the cache.
    struct Bytes: Encodable {
        let files: Int
        let body: Int
        let embedding: Int
        /// 0 when the head is the embedding.
        let head: Int
        let other: Int
        /// Keys and values of one sequence.
        let keyValueCache: Int?

        enum CodingKeys: String, CodingKey {
            case files, body, embedding, head, other
            case keyValueCache = "kv_cache"
        }
    }
}
