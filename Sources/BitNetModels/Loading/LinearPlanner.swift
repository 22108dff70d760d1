internal import BitNetCheckpoints
internal import BitNetTensors

/// Decides for each projection of a checkpoint how its weights are read.
struct LinearPlanner {
    let finder: TensorFinder
    let configuration: ModelConfiguration
    let pool: ThreadPool

    /// The plans of a block's projections, in the order of `WeightNames.Projection`.
    func plans(layer: Int) throws(ModelError) -> [LinearPlan] {
        let hidden = configuration.hiddenSize
        let inner = configuration.feedForwardSize
        var plans: [LinearPlan] = []
        for role in WeightNames.Projection.allCases {
            let (rows, columns) =
                switch role {
                case .query: (configuration.queryWidth, hidden)
                case .key, .value: (configuration.keyValueWidth, hidden)
                case .output: (hidden, configuration.queryWidth)
                case .gate, .up: (inner, hidden)
                case .down: (hidden, inner)
                }
            plans.append(try plan(role, layer: layer, rows: rows, columns: columns))
        }
        return plans
    }

    func plan(
        _ role: WeightNames.Projection, layer: Int, rows: Int, columns: Int
    ) throws(ModelError) -> LinearPlan {
        let names = WeightNames.projection(role, layer: layer, gguf: finder.gguf)
        let tensor = try finder.require(names.map { $0 + ".weight" })
        let name = String(tensor.name.dropLast(".weight".count))
        try refuseUnsupported(name)
        let weights = try weights(tensor, name, rows, columns)
        let norm = finder.find(
            WeightNames.projectionNormSuffixes(gguf: finder.gguf).map { name + $0 })
        if let norm, case .dense = weights {
            throw finder.error(norm, "a norm in front of a full-precision projection")
        }
        if norm == nil, configuration.quantization?.projectionNorms == true,
            case .ternary = weights
        {
            throw finder.error(
                tensor, "use_rms_norm is set, but the projection's rms_norm.weight is missing")
        }
        return LinearPlan(
            tensor: tensor, weights: weights, rows: rows, columns: columns,
            order: order(role), layout: layout(role),
            inputNorm: try norm.map { tensor throws(ModelError) in
                try finder.norm(
                    tensor, width: columns, epsilon: configuration.projectionNormEpsilon)
            })
    }

    /// Parts of a projection that this engine does not compute must not be left out in silence.
    private func refuseUnsupported(_ name: String) throws(ModelError) {
        for suffix in [".bias", ".scale"] {
            guard let tensor = finder.find([name + suffix]) else { continue }
            throw ModelError(
                .unsupported, file: finder.checkpoint.path,
                "tensor \"\(tensor.name)\": projections with a \(suffix.dropFirst()) of their own "
                    + "are not supported; convert the model with a current converter")
        }
    }

    /// Many inputs of the down projection are zero behind relu²: their columns need not be read.
    private func layout(_ role: WeightNames.Projection) -> TernaryLayout {
        role == .down && configuration.activation == .reluSquared ? .columns : .rows
    }

    /// GGUF's `llama` architecture stores query and key rows for interleaved rotary embedding.
    func order(_ role: WeightNames.Projection) -> RowOrder {
        guard finder.gguf, configuration.architecture == "llama", role == .query || role == .key
        else { return .natural }
        return .interleavedPairs(headDimension: configuration.headDimension)
    }

    private func weights(
        _ tensor: TensorDescriptor, _ name: String, _ rows: Int, _ columns: Int
    ) throws(ModelError) -> LinearPlan.Weights {
        let encoding = try finder.encoding(tensor)
        if encoding == .uint8 {
            return .ternary(try packed(tensor, name, rows, columns))
        }
        try finder.checkShape(tensor, [rows, columns])
        if encoding.isTernary { return .ternary(.blocks(tensor.region, encoding)) }
        if finder.find([name + ".weight_scale"]) != nil {
            throw finder.error(
                tensor, "float weights beside a weight_scale; expected packed uint8 weights")
        }
        return try floats(tensor, name, encoding, rows, columns)
    }

    private func packed(
        _ tensor: TensorDescriptor, _ name: String, _ rows: Int, _ columns: Int
    ) throws(ModelError) -> TernarySource {
        guard rows % 4 == 0 else {
            throw finder.error(tensor, "packed rows: expected a multiple of 4, found \(rows)")
        }
        try finder.checkShape(tensor, [rows / 4, columns])
        guard let quantization = configuration.quantization else {
            throw finder.error(
                tensor, "packed ternary weights, but config.json has no quantization_config")
        }
        let scaleTensor = try finder.require([name + ".weight_scale"])
        let stored = try finder.floats(scaleTensor, count: 1)[0]
        guard stored.isFinite, stored > 0 else {
            throw finder.error(scaleTensor, "expected a positive scale, found \(stored)")
        }
        let scale = quantization.scaleDivides ? 1 / stored : stored
        guard scale.isFinite else {
            throw finder.error(scaleTensor, "1 / \(stored) is not a finite scale")
        }
        return .packed(tensor.region, scale: scale)
    }

    /// Float weights: already ternary, master weights to be quantised, or of full precision.
    private func floats(
        _ tensor: TensorDescriptor, _ name: String, _ encoding: TensorEncoding, _ rows: Int,
        _ columns: Int
    ) throws(ModelError) -> LinearPlan.Weights {
        let quantized = isQuantized(name)
        let rule: FloatTernarization?
        do throws(TensorCodecError) {
            rule = try self.rule(tensor, encoding, rows, columns, quantized: quantized)
        } catch {
            throw finder.error(tensor, error.message)
        }
        if let rule { return .ternary(.floats(tensor.region, encoding, rule)) }
        if quantized {
            throw ModelError(
                .unsupported, file: finder.checkpoint.path,
                "tensor \"\(tensor.name)\" of a ternary model is stored as \(tensor.typeName), "
                    + "which does not keep ternary values; use the I2_S, TQ2_0, TQ1_0, F16 or "
                    + "BF16 file of this model")
        }
        return .dense(try finder.dense(tensor, rows: rows, columns: columns))
    }

    private func rule(
        _ tensor: TensorDescriptor, _ encoding: TensorEncoding, _ rows: Int, _ columns: Int,
        quantized: Bool
    ) throws(TensorCodecError) -> FloatTernarization? {
        if let scale = try FloatTernarization.exactScale(
            tensor.region, encoding, rows: rows, columns: columns, pool: pool)
        {
            return .exact(scale: scale)
        }
        guard quantized, encoding.valuesPerBlock == 1 else { return nil }
        return try FloatTernarization.absoluteMean(
            tensor.region, encoding, rows: rows, columns: columns, pool: pool)
    }

    private func isQuantized(_ name: String) -> Bool {
        guard let quantization = configuration.quantization else {
            return configuration.family == .bitNet
        }
        return !quantization.excludedModules.contains { name == $0 || name.hasSuffix("." + $0) }
    }
}
