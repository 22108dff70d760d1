internal import BitNetCheckpoints
internal import BitNetTensors

extension ModelConfiguration {
    /// GGUF architectures that can be run.
    static let ggufArchitectures = ["bitnet-b1.58", "bitnet-25", "bitnet", "llama"]

    /// Reads the metadata of a GGUF file.
    ///
    /// Refuses architectures and options that are not supported, by name.
    init(gguf file: GGUFFile) throws(ModelError) {
        let options: GGUFReader.Options
        try GGUFReader.refuseArchitecture(file)
        do throws(CheckpointError) {
            self = try GGUFReader.configuration(file)
            options = try GGUFReader.Options(file, architecture)
        } catch {
            throw ModelError(.invalidConfiguration, file: file.path, error.message)
        }
        self = try validated(file.path)
        try GGUFReader.refuseUnsupported(self, options, file)
    }
}

private enum GGUFReader {
    static func configuration(_ file: GGUFFile) throws(CheckpointError) -> ModelConfiguration {
        let metadata = file.metadata
        let architecture = try metadata.string("general.architecture") ?? ""
        func integer(_ key: String) throws(CheckpointError) -> Int? {
            try metadata.integer("\(architecture).\(key)")
        }
        let heads = try integer("attention.head_count") ?? 0
        let hidden = try integer("embedding_length") ?? 0
        let keyValueHeads = try integer("attention.head_count_kv") ?? heads
        let width = try integer("attention.key_length") ?? (heads > 0 ? hidden / heads : 0)
        let epsilon = try metadata.float("\(architecture).attention.layer_norm_rms_epsilon") ?? 1e-5
        let projectionEpsilon = try metadata.float(
            GGUFModelMetadata.projectionEpsilonKey(architecture))
        let theta = try metadata.float("\(architecture).rope.freq_base") ?? 10_000
        let tokens = try metadata.integer("tokenizer.ggml.bos_token_id")
        let declaredVocabulary = try integer("vocab_size") ?? 0
        let end = try metadata.integer("tokenizer.ggml.eos_token_id")
        return ModelConfiguration(
            family: architecture == "llama" ? .llama : .bitNet, architecture: architecture,
            vocabularySize: file.tensor("token_embd.weight")?.shape.first ?? declaredVocabulary,
            hiddenSize: hidden, feedForwardSize: try integer("feed_forward_length") ?? 0,
            layerCount: try integer("block_count") ?? 0, headCount: heads,
            keyValueHeadCount: keyValueHeads, headDimension: width,
            activation: try activation(file, architecture, heads == keyValueHeads),
            normEpsilon: epsilon, projectionNormEpsilon: projectionEpsilon ?? epsilon,
            ropeTheta: theta,
            ropeScaling: try ropeScaling(file, architecture),
            contextLength: try integer("context_length") ?? 2048,
            tiedEmbeddings: file.tensor("output.weight") == nil, quantization: nil,
            beginningOfText: tokens, endOfText: end.map { [$0] } ?? [])
    }

    /// `bitnet` is the name of 1bitLLM's models (SiLU, as many key/value heads as query heads, a
    /// SentencePiece vocabulary), and has been given to 2B4T (relu², grouped heads, Llama-3 BPE) by
    /// some converters.
    private static func activation(
        _ file: GGUFFile, _ architecture: String, _ ungroupedHeads: Bool
    ) throws(CheckpointError) -> GateActivation {
        switch architecture {
        case "llama": return .silu
        case "bitnet":
            let vocabulary = try file.metadata.string("tokenizer.ggml.model") ?? "llama"
            return ungroupedHeads && vocabulary == "llama" ? .silu : .reluSquared
        default: return .reluSquared
        }
    }

    private static func ropeScaling(
        _ file: GGUFFile, _ architecture: String
    ) throws(CheckpointError) -> RopeScaling {
        let key = "\(architecture).rope.scaling"
        // A factor of 0 means none, as in llama.cpp.
        guard try file.metadata.string("\(key).type") == "linear",
            let factor = try file.metadata.float("\(key).factor"), factor != 0
        else { return .none }
        return .linear(factor: factor)
    }

    /// Refuses files of other architectures, before any of their keys is read.
    static func refuseArchitecture(_ file: GGUFFile) throws(ModelError) {
        let name = (try? file.metadata.string("general.architecture")) ?? ""
        guard !ModelConfiguration.ggufArchitectures.contains(name) else { return }
        throw ModelError(
            .unsupported, file: file.path,
            "the architecture \"\(name)\" is not supported; supported: "
                + ModelConfiguration.ggufArchitectures.joined(separator: ", "))
    }

    /// Keys that change the graph in ways that are not supported.
    struct Options {
        let ropeScaling: String
        let rotatedWidth: Int?
        let experts: Int

        init(_ file: GGUFFile, _ architecture: String) throws(CheckpointError) {
            let metadata = file.metadata
            ropeScaling = try metadata.string("\(architecture).rope.scaling.type") ?? "none"
            rotatedWidth = try metadata.integer("\(architecture).rope.dimension_count")
            experts = try metadata.integer("\(architecture).expert_count") ?? 0
        }
    }

    static func refuseUnsupported(
        _ configuration: ModelConfiguration, _ options: Options, _ file: GGUFFile
    ) throws(ModelError) {
        guard ["none", "linear"].contains(options.ropeScaling) else {
            throw ModelError(
                .unsupported, file: file.path,
                "rope scaling \"\(options.ropeScaling)\" is not supported; supported: none, "
                    + "linear, and the divisors of rope_freqs.weight")
        }
        if case .linear(let factor) = configuration.ropeScaling, !(factor > 0 && factor.isFinite) {
            throw ModelError(
                .invalidConfiguration, file: file.path,
                "rope scaling: expected a positive factor, found \(factor)")
        }
        if let rotated = options.rotatedWidth, rotated != configuration.headDimension {
            throw ModelError(
                .unsupported, file: file.path,
                "rotary embedding of \(rotated) of \(configuration.headDimension) dimensions is "
                    + "not supported; expected all of them")
        }
        if options.experts > 0 {
            throw ModelError(
                .unsupported, file: file.path, "models with experts are not supported")
        }
    }
}
