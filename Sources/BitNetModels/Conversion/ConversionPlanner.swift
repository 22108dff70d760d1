internal import BitNetCheckpoints
internal import BitNetTensors

/// Lists the tensors of a conversion's output, and refuses what the format can't hold.
///
/// Nothing is written before the whole list is known to be possible.
struct ConversionPlanner {
    let source: ConversionSource
    let options: ConversionOptions

    private var gguf: Bool { options.format.isGGUF }
    private var configuration: ModelConfiguration { source.configuration }

    func tensors() throws(ModelError) -> [OutputTensor] {
        var tensors = try globals()
        for layer in 0..<configuration.layerCount { tensors += try block(layer) }
        return tensors
    }

    private func globals() throws(ModelError) -> [OutputTensor] {
        var tensors = [try table(.embedding), values(try source.outputNorm(), name(.outputNorm))]
        if !configuration.tiedEmbeddings { tensors.append(try table(.outputHead)) }
        if gguf, let divisors = configuration.ropeDivisors {
            tensors.append(values(divisors, name(.ropeDivisors, gguf: true)))
        }
        return tensors
    }

    private func name(_ role: WeightNames.Global, gguf: Bool? = nil) -> String {
        WeightNames.global(role, gguf: gguf ?? self.gguf)[0]
    }

    private func table(_ role: WeightNames.Global) throws(ModelError) -> OutputTensor {
        let (tensor, stored) = try source.table(role)
        let encoding = options.tableEncoding
        let name = name(role)
        guard configuration.hiddenSize % encoding.valuesPerBlock == 0 else {
            throw source.refusal(
                "tensor \"\(name)\" has rows of \(configuration.hiddenSize) values, "
                    + "\(encoding.rawValue) needs a multiple of \(encoding.valuesPerBlock); use "
                    + "another type for the embedding, such as f16 or bf16")
        }
        return OutputTensor(
            name: name, shape: [configuration.vocabularySize, configuration.hiddenSize],
            encoding: encoding, content: .table(tensor, stored))
    }

    // MARK: - Blocks

    private func block(_ layer: Int) throws(ModelError) -> [OutputTensor] {
        let plans = try source.plans(layer)
        var tensors: [[OutputTensor]] = []
        for (role, plan) in zip(WeightNames.Projection.allCases, plans) {
            tensors.append(try projection(role, layer, plan))
        }
        func norm(_ role: WeightNames.Norm) throws(ModelError) -> [OutputTensor] {
            guard let values = try source.norm(role, layer) else { return [] }
            let name = WeightNames.norm(role, layer: layer, gguf: gguf)[0]
            return [self.values(values, name)]
        }
        var all = try norm(.attention) + tensors[0] + tensors[1] + tensors[2]
        all += try norm(.attentionSub) + tensors[3] + norm(.feedForward) + tensors[4] + tensors[5]
        return try all + norm(.feedForwardSub) + tensors[6]
    }

    private func projection(
        _ role: WeightNames.Projection, _ layer: Int, _ plan: LinearPlan
    ) throws(ModelError) -> [OutputTensor] {
        let name = WeightNames.projection(role, layer: layer, gguf: gguf)[0]
        var tensors =
            switch plan.weights {
            case .ternary(let weights): try ternary(weights, name, plan, order(role))
            case .dense(let matrix): [try dense(matrix, name, plan, order(role))]
            }
        if let inputNorm = plan.inputNorm {
            let suffix = WeightNames.projectionNormSuffixes(gguf: gguf)[0]
            tensors.append(values(inputNorm.weights.values(0..<plan.columns), name + suffix))
        }
        return tensors
    }

    /// Query and key rows of the `llama` architecture are stored for interleaved rotation.
    private func order(_ role: WeightNames.Projection) -> RowOrder {
        guard gguf, source.ggufArchitecture == "llama", role == .query || role == .key else {
            return .natural
        }
        return .interleavedPairs(headDimension: configuration.headDimension)
    }

    private func ternary(
        _ weights: TernarySource, _ name: String, _ plan: LinearPlan, _ order: RowOrder
    ) throws(ModelError) -> [OutputTensor] {
        let tensor = name + ".weight"
        guard options.format.fits(rows: plan.rows, columns: plan.columns) else {
            throw try shapeRefusal(tensor, plan)
        }
        let scale = try source.scale(plan, weights)
        if !options.format.keeps(scale) { try checkRounding(tensor, scale) }
        let content = OutputTensor.Content.ternary(plan, scale: scale, order)
        let encoding = options.format.encoding
        guard options.format == .packed else {
            return [
                OutputTensor(
                    name: tensor, shape: [plan.rows, plan.columns], encoding: encoding,
                    content: content)
            ]
        }
        return [
            OutputTensor(
                name: tensor, shape: [plan.rows / 4, plan.columns], encoding: encoding,
                content: content),
            values([scale], name + ".weight_scale"),
        ]
    }

    private func shapeRefusal(_ tensor: String, _ plan: LinearPlan) throws(ModelError) -> ModelError
    {
        let possible = try source.fittingFormats().map(\.rawValue).joined(separator: ", ")
        let needed =
            options.format == .packed
            ? "packing needs rows in a multiple of 4"
            : "\(options.format.rawValue) needs columns in a multiple of "
                + "\(options.format.encoding.valuesPerBlock)"
        return source.refusal(
            "tensor \"\(tensor)\" has \(plan.rows) rows of \(plan.columns) columns; \(needed). "
                + "Types that hold this model: \(possible)")
    }

    /// Refuses a scale that the format can't hold, unless it may be rounded.
    private func checkRounding(_ tensor: String, _ scale: Float) throws(ModelError) {
        let rounded = options.format == .bf16 ? scale : scale.roundedToFloat16
        let isPossible =
            options.format != .packed && rounded.isFinite && (rounded != 0 || scale == 0)
        guard isPossible else {
            throw source.refusal(
                "tensor \"\(tensor)\" has the scale \(scale), which \(options.format.rawValue) "
                    + "can't store; use i2_s")
        }
        guard options.allowsRounding else {
            throw source.refusal(
                "tensor \"\(tensor)\" has the scale \(scale), which \(options.format.rawValue) can "
                    + "store only rounded; use i2_s or packed, or allow rounding")
        }
    }

    private func dense(
        _ matrix: DenseMatrix, _ name: String, _ plan: LinearPlan, _ order: RowOrder
    ) throws(ModelError) -> OutputTensor {
        if gguf, configuration.family == .bitNet {
            throw source.refusal(
                "\"\(plan.tensor.name)\" has full precision, which a GGUF file of a BitNet model "
                    + "can't tell from master weights; use packed")
        }
        if !gguf, matrix.format.valuesPerBlock > 1 {
            throw source.refusal(
                "\"\(plan.tensor.name)\" has the type \(plan.tensor.typeName), which a Hugging Face "
                    + "folder can't store; use a GGUF type")
        }
        return OutputTensor(
            name: name + ".weight", shape: [plan.rows, plan.columns], encoding: matrix.format,
            content: .dense(plan, order))
    }

    // MARK: - Values

    /// Float32, or bfloat16 in a folder when that keeps every value.
    private func values(_ values: [Float], _ name: String) -> OutputTensor {
        let short = !gguf && values.allSatisfy(\.isExactBFloat16)
        return OutputTensor(
            name: name, shape: [values.count], encoding: short ? .bfloat16 : .float32,
            content: .values(values))
    }
}
