internal import BitNetCheckpoints
public import BitNetTensors

/// Writes the weights and the configuration of a checkpoint in another format.
///
/// Ternary values and scales stay exactly what they are, or the conversion is refused. One matrix
/// is in memory at a time.
public struct CheckpointConverter {
    private let source: ConversionSource
    /// What it converts to.
    public let options: ConversionOptions
    private let tensors: [OutputTensor]

    /// Plans the conversion of `checkpoint`; throws a `ModelError` that says what can't be kept.
    public init(
        _ checkpoint: ModelCheckpoint, _ options: ConversionOptions, _ compute: ComputeContext
    ) throws(ModelError) {
        source = try ConversionSource(checkpoint, compute)
        self.options = options
        tensors = try ConversionPlanner(source: source, options: options).tensors()
    }

    /// The shape of the model.
    public var configuration: ModelConfiguration { source.configuration }

    /// Writes a GGUF file to `path`.
    ///
    /// - Parameter tokenizer: The pairs under `tokenizer.`; a GGUF input keeps its own instead.
    public func writeGGUF(
        to path: String, tokenizer: [GGUFPair], progress: ((Double) -> Void)? = nil
    ) throws -> ConversionReport {
        precondition(options.format.isGGUF, "\(options.format) is no GGUF format")
        var writer = GGUFWriter(path: path)
        for pair in try metadata(tokenizer) { try writer.setMetadata(pair.key, pair.value) }
        return try emit(to: writer, progress)
    }

    /// Writes a safetensors file to `path`, and gives the `config.json` that goes with it.
    public func writeSafetensors(
        to path: String, progress: ((Double) -> Void)? = nil
    ) throws -> (report: ConversionReport, configuration: [UInt8]) {
        precondition(!options.format.isGGUF, "\(options.format) is a GGUF format")
        let configuration = try HuggingFaceConfigurationFile(
            source.configuration, quantization: try quantization(),
            file: source.finder.checkpoint.path)
        let json = try configuration.json()
        var writer = SafetensorsWriter(path: path)
        try writer.setMetadata("format", "pt")
        return (try emit(to: writer, progress), json)
    }

    private func emit<Writer: TensorFileWriter & ~Copyable>(
        to writer: consuming Writer, _ progress: ((Double) -> Void)?
    ) throws -> ConversionReport {
        var emitter = TensorEmitter(source: source, format: options.format)
        try emitter.write(tensors, to: writer, progress: progress)
        return emitter.report
    }

    private func metadata(_ tokenizer: [GGUFPair]) throws(ModelError) -> [GGUFPair] {
        if case .gguf(let file) = source.finder.checkpoint {
            return file.metadata.pairs(name: options.name, fileType: options.format.fileType)
        }
        try checkActivation(tokenizer)
        let model = GGUFModelMetadata(
            configuration: source.configuration, architecture: source.ggufArchitecture,
            hasProjectionNorms: hasProjectionNorms)
        let path = source.finder.checkpoint.path
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return model.pairs(name: options.name ?? name, fileType: options.format.fileType)
            + tokenizer
    }

    /// Readers take SiLU for granted in the architecture `bitnet` only when heads are not grouped
    /// and the vocabulary is SentencePiece's.
    private func checkActivation(_ tokenizer: [GGUFPair]) throws(ModelError) {
        let model = source.configuration
        guard source.ggufArchitecture == "bitnet" else { return }
        let vocabulary = tokenizer.first { $0.key == "tokenizer.ggml.model" }?.value
        guard model.headCount == model.keyValueHeadCount, vocabulary == .string("llama") else {
            throw source.refusal(
                "GGUF has no architecture for sub-norms with SiLU, grouped heads and a byte-level "
                    + "vocabulary; use packed")
        }
    }

    private var hasProjectionNorms: Bool {
        let suffix = WeightNames.projectionNormSuffixes(gguf: options.format.isGGUF)[0]
        return tensors.contains { $0.name.hasSuffix(suffix) }
    }

    private func quantization() throws(ModelError) -> HuggingFaceConfigurationFile.Quantization? {
        var excluded: [String] = source.configuration.tiedEmbeddings ? [] : ["lm_head"]
        var hasTernary = false
        for tensor in tensors {
            switch tensor.content {
            case .ternary: hasTernary = true
            case .dense: excluded.append(String(tensor.name.dropLast(".weight".count)))
            case .table, .values: break
            }
        }
        guard hasTernary else { return nil }
        return HuggingFaceConfigurationFile.Quantization(
            modulesToNotConvert: excluded.isEmpty ? nil : excluded,
            useRmsNorm: hasProjectionNorms ? true : nil,
            rmsNormEps: hasProjectionNorms ? source.configuration.projectionNormEpsilon : nil)
    }
}
