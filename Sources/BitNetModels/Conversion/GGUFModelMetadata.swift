public import BitNetCheckpoints

/// A key and a value of GGUF metadata.
public struct GGUFPair: Sendable {
    /// The key.
    public let key: String
    /// The value.
    public let value: GGUFValue

    /// A pair.
    public init(_ key: String, _ value: GGUFValue) {
        self.key = key
        self.value = value
    }
}

/// The metadata that a GGUF file needs to be read as a model.
struct GGUFModelMetadata {
    let configuration: ModelConfiguration
    let architecture: String
    let hasProjectionNorms: Bool

    /// The key under which the epsilon of the norms in front of projections is kept when it is not
    /// that of the other norms.
    static func projectionEpsilonKey(_ architecture: String) -> String {
        "\(architecture).attention.projection_norm_rms_epsilon"
    }

    /// Name, shape and options, in the order of the published files.
    func pairs(name: String, fileType: UInt32) -> [GGUFPair] {
        var pairs = [
            GGUFPair("general.architecture", .string(architecture)),
            GGUFPair("general.name", .string(name)),
        ]
        pairs += shape.map { GGUFPair("\(architecture).\($0)", .uint32(UInt32(clamping: $1))) }
        pairs += options
        pairs.append(GGUFPair("general.file_type", .uint32(fileType)))
        pairs.append(GGUFPair("general.quantization_version", .uint32(2)))
        return pairs
    }

    private var shape: [(String, Int)] {
        var shape = [
            ("vocab_size", configuration.vocabularySize),
            ("context_length", configuration.contextLength),
            ("embedding_length", configuration.hiddenSize),
            ("block_count", configuration.layerCount),
            ("feed_forward_length", configuration.feedForwardSize),
            ("rope.dimension_count", configuration.headDimension),
            ("attention.head_count", configuration.headCount),
            ("attention.head_count_kv", configuration.keyValueHeadCount),
        ]
        if configuration.queryWidth != configuration.hiddenSize {
            shape.append(("attention.key_length", configuration.headDimension))
            shape.append(("attention.value_length", configuration.headDimension))
        }
        return shape
    }

    private var options: [GGUFPair] {
        var pairs = [
            GGUFPair(
                "\(architecture).attention.layer_norm_rms_epsilon",
                .float32(configuration.normEpsilon)),
            GGUFPair("\(architecture).rope.freq_base", .float32(configuration.ropeTheta)),
        ]
        if hasProjectionNorms, configuration.projectionNormEpsilon != configuration.normEpsilon {
            pairs.append(
                GGUFPair(
                    Self.projectionEpsilonKey(architecture),
                    .float32(configuration.projectionNormEpsilon)))
        }
        if case .linear(let factor) = configuration.ropeScaling {
            pairs.append(GGUFPair("\(architecture).rope.scaling.type", .string("linear")))
            pairs.append(GGUFPair("\(architecture).rope.scaling.factor", .float32(factor)))
        }
        return pairs
    }
}

extension GGUFMetadata {
    /// All pairs for a copy of the file with other tensor types.
    func pairs(name: String?, fileType: UInt32) -> [GGUFPair] {
        var replaced: [String: GGUFValue] = ["general.file_type": .uint32(fileType)]
        if let name { replaced["general.name"] = .string(name) }
        var pairs: [GGUFPair] = []
        // The writer sets the alignment itself.
        for key in keys where key != "general.alignment" {
            guard let value = replaced.removeValue(forKey: key) ?? self[key] else { continue }
            pairs.append(GGUFPair(key, value))
        }
        for (key, value) in replaced.sorted(by: { $0.key < $1.key }) {
            pairs.append(GGUFPair(key, value))
        }
        return pairs
    }
}
