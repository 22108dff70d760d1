internal import BitNetCheckpoints
internal import BitNetTensors

/// An opened checkpoint, seen by the roles of its tensors.
struct ConversionSource {
    let finder: TensorFinder
    let configuration: ModelConfiguration
    let compute: ComputeContext
    /// The architecture in GGUF terms: the input's own, or the one its graph has.
    let ggufArchitecture: String

    init(_ checkpoint: ModelCheckpoint, _ compute: ComputeContext) throws(ModelError) {
        finder = TensorFinder(checkpoint: checkpoint)
        var configuration = try checkpoint.configuration()
        try ModelLoader.addRopeDivisors(finder, &configuration)
        self.configuration = configuration
        self.compute = compute
        ggufArchitecture =
            finder.gguf
            ? configuration.architecture
            : try configuration.ggufArchitecture(file: checkpoint.path)
    }

    func plans(_ layer: Int) throws(ModelError) -> [LinearPlan] {
        try LinearPlanner(finder: finder, configuration: configuration, pool: compute.pool)
            .plans(layer: layer)
    }

    func table(
        _ role: WeightNames.Global
    ) throws(ModelError) -> (TensorDescriptor, TensorEncoding) {
        let tensor = try finder.require(WeightNames.global(role, gguf: finder.gguf))
        let matrix = try finder.dense(
            tensor, rows: configuration.vocabularySize, columns: configuration.hiddenSize)
        return (tensor, matrix.format)
    }

    func outputNorm() throws(ModelError) -> [Float] {
        let tensor = try finder.require(WeightNames.global(.outputNorm, gguf: finder.gguf))
        return try finder.floats(tensor, count: configuration.hiddenSize)
    }

    /// The weights of a norm; nil for the sub-norms of a graph that has none.
    func norm(_ role: WeightNames.Norm, _ layer: Int) throws(ModelError) -> [Float]? {
        let names = WeightNames.norm(role, layer: layer, gguf: finder.gguf)
        let isSubNorm = role == .attentionSub || role == .feedForwardSub
        if isSubNorm, configuration.family != .bitNet {
            guard let tensor = finder.find(names) else { return nil }
            throw finder.error(tensor, "a sub-norm in a model of the Llama family")
        }
        let width =
            switch role {
            case .attention, .feedForward: configuration.hiddenSize
            case .attentionSub: configuration.queryWidth
            case .feedForwardSub: configuration.feedForwardSize
            }
        return try finder.floats(try finder.require(names), count: width)
    }

    func scale(_ plan: LinearPlan, _ weights: TernarySource) throws(ModelError) -> Float {
        do throws(TensorCodecError) {
            return try weights.scale(valueCount: plan.rows * plan.columns)
        } catch {
            throw finder.error(plan.tensor, error.message)
        }
    }

    /// The formats in which all ternary projections can be stored, as far as their shapes go.
    func fittingFormats() throws(ModelError) -> [ConversionFormat] {
        var formats = ConversionFormat.allCases
        guard configuration.layerCount > 0 else { return formats }
        for plan in try plans(0) where plan.isTernary {
            formats.removeAll { !$0.fits(rows: plan.rows, columns: plan.columns) }
        }
        return formats
    }

    /// The error that the input can't be written as asked.
    func refusal(_ message: String) -> ModelError {
        ModelError(.unrepresentable, file: finder.checkpoint.path, message)
    }
}

extension LinearPlan {
    var isTernary: Bool { if case .ternary = weights { true } else { false } }
}

extension ModelConfiguration {
    /// The GGUF architecture with this graph.
    func ggufArchitecture(file: String) throws(ModelError) -> String {
        switch (family, activation) {
        case (.bitNet, .reluSquared): return "bitnet-b1.58"
        case (.bitNet, .silu): return "bitnet"
        case (.llama, .silu): return "llama"
        case (.llama, .reluSquared):
            throw ModelError(
                .unsupported, file: file,
                "GGUF has no architecture for a Llama model with relu²; use packed")
        }
    }
}
