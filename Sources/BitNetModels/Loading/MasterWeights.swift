internal import BitNetCheckpoints
public import BitNetTensors

/// The float weights of a checkpoint, under Hugging Face's names whatever its layout: what training
/// goes on from.
public struct MasterWeights {
    /// The model's shape.
    public let configuration: ModelConfiguration
    private let finder: TensorFinder
    private let pool: ThreadPool
    private let roles: [String: Role]

    private enum Role {
        case table(WeightNames.Global)
        case outputNorm
        case norm(WeightNames.Norm, layer: Int)
        case projection(WeightNames.Projection, layer: Int)
    }

    /// Opens the weights of `checkpoint`; throws when a model of its kind cannot be trained.
    public init(_ checkpoint: ModelCheckpoint, _ compute: ComputeContext) throws(ModelError) {
        finder = TensorFinder(checkpoint: checkpoint)
        var configuration = try checkpoint.configuration()
        try ModelLoader.addRopeDivisors(finder, &configuration)
        self.configuration = configuration
        pool = compute.pool
        roles = Self.roles(configuration)
        let suffixes = WeightNames.projectionNormSuffixes(gguf: finder.gguf)
        if let norm = checkpoint.tensors.first(where: { tensor in
            suffixes.contains { tensor.name.hasSuffix("_proj" + $0) || tensor.name.hasSuffix($0) }
                && tensor.name.contains("proj")
        }) {
            throw ModelError(
                .unsupported, file: checkpoint.path,
                "tensor \"\(norm.name)\": models with a norm of their own in front of each "
                    + "projection can be run, not trained")
        }
    }

    private static func roles(_ configuration: ModelConfiguration) -> [String: Role] {
        var roles: [String: Role] = [
            "model.embed_tokens.weight": .table(.embedding), "lm_head.weight": .table(.outputHead),
            "model.norm.weight": .outputNorm,
        ]
        for layer in 0..<configuration.layerCount {
            for role in WeightNames.Projection.allCases {
                let name = WeightNames.projection(role, layer: layer, gguf: false)[0]
                roles[name + ".weight"] = .projection(role, layer: layer)
            }
            for role: WeightNames.Norm in [
                .attention, .attentionSub, .feedForward, .feedForwardSub,
            ] {
                let name = WeightNames.norm(role, layer: layer, gguf: false)[0]
                roles[name] = .norm(role, layer: layer)
            }
        }
        return roles
    }

    /// The values of the tensor that Hugging Face's layout calls `name`, of that shape, row by row.
    ///
    /// Ternary tensors are refused: they have no master weights to train.
    public func values(_ name: String, shape: [Int]) throws(ModelError) -> [Float] {
        let count = shape.reduce(1, *)
        switch roles[name] {
        case .table(let role):
            let tensor = try finder.require(WeightNames.global(role, gguf: finder.gguf))
            try finder.checkShape(tensor, shape)
            return try finite(tensor, count)
        case .outputNorm:
            return try finite(
                try finder.require(WeightNames.global(.outputNorm, gguf: finder.gguf)), count)
        case .norm(let role, let layer):
            return try finite(
                try finder.require(WeightNames.norm(role, layer: layer, gguf: finder.gguf)), count)
        case .projection(let role, let layer):
            return try projection(role, layer, shape)
        case nil:
            throw ModelError(
                .invalidTensor, file: finder.checkpoint.path, "no tensor is called \"\(name)\"")
        }
    }

    private func finite(_ tensor: TensorDescriptor, _ count: Int) throws(ModelError) -> [Float] {
        let values = try finder.floats(tensor, count: count)
        guard values.allSatisfy(\.isFinite) else {
            throw finder.error(tensor, "a weight is not finite; the file is damaged, get it again")
        }
        return values
    }

    private func projection(
        _ role: WeightNames.Projection, _ layer: Int, _ shape: [Int]
    ) throws(ModelError) -> [Float] {
        let names = WeightNames.projection(role, layer: layer, gguf: finder.gguf)
        let tensor = try finder.require(names.map { $0 + ".weight" })
        let encoding = try finder.encoding(tensor)
        guard encoding.valuesPerBlock == 1, encoding != .uint8 else {
            throw noMasters(tensor, "stored as \(tensor.typeName)")
        }
        try finder.checkShape(tensor, shape)
        if configuration.quantization != nil || configuration.family == .bitNet {
            let scale: Float?
            do {
                scale = try FloatTernarization.exactScale(
                    tensor.region, encoding, rows: shape[0], columns: shape[1], pool: pool)
            } catch {
                throw finder.error(tensor, error.message)
            }
            if scale != nil, scale != 0 { throw noMasters(tensor, "ternary already") }
        }
        let values = try finite(tensor, shape[0] * shape[1])
        let order = LinearPlanner(finder: finder, configuration: configuration, pool: pool)
            .order(role)
        guard order != .natural else { return values }
        return (0..<shape[0]).flatMap { row in
            let start = order.source(row) * shape[1]
            return values[start..<start + shape[1]]
        }
    }

    private func noMasters(_ tensor: TensorDescriptor, _ found: String) -> ModelError {
        finder.error(
            tensor,
            "\(found); training needs the model's float master weights: use its bf16 variant "
                + "(for 2B4T, microsoft/bitnet-b1.58-2B-4T-bf16)")
    }
}
