internal import BitNetTensors

/// A tensor of a synthetic model.
struct SyntheticTensor {
    /// What the values are.
    enum Content {
        /// Near 1, but for zeros in the first `zeros` places.
        case norm(zeros: Int)
        /// Of mean 0, but for a constant in the first `columns` columns of every row.
        case embedding(deviation: Float, constant: Float, columns: Int)
        /// Ternary with one scale.
        case ternary(scale: Float, TernaryPlan)
    }

    /// What is not random in a ternary matrix.
    struct TernaryPlan {
        /// Rows at the start that are all zero.
        var zeroRows = 0
        /// Whether the first block of each row is zero, or -1 in `negativeShare` of the rows.
        var hasFixedBlock = false
        var negativeShare: Float = 0
    }

    let name: String
    let shape: [Int]
    let encoding: TensorEncoding
    let content: Content
}

/// Lists the tensors of a synthetic model with deviations that keep activations in range.
struct SyntheticPlan {
    private let model: SyntheticModel
    private let configuration: ModelConfiguration

    init(_ model: SyntheticModel) {
        self.model = model
        configuration = model.shape.configuration
    }

    /// Columns with a constant, one block; 0 when zeros are left to chance.
    private var constantColumns: Int {
        model.feedForwardZeros == nil ? 0 : model.encoding.valuesPerBlock
    }

    /// Logits are sums of `hidden` products of a normed value and an embedding's.
    private var embeddingDeviation: Float { 3 / Float(configuration.hiddenSize).squareRoot() }

    /// What each of a layer's two halves adds to the residual stream.
    private var blockDeviation: Float { 3 * embeddingDeviation }

    /// So large that, where -1 meets it, the sum is five deviations of the rest below zero in the
    /// last layer, and further in the layers before.
    private var constant: Float {
        guard constantColumns > 0 else { return 0 }
        let stream = blockDeviation * Float(2 * configuration.layerCount + 1).squareRoot()
        return 5 * stream * Self.gain(configuration.hiddenSize) / Float(constantColumns)
    }

    /// The deviation of a product of a ternary row with `columns` values of deviation 1.
    private static func gain(_ columns: Int) -> Float { (Float(columns) * 2 / 3).squareRoot() }

    func tensors() -> [SyntheticTensor] {
        var tensors = [
            table(.embedding), norm(WeightNames.global(.outputNorm, gguf: true), zeroed: true),
        ]
        if !configuration.tiedEmbeddings { tensors.append(table(.outputHead)) }
        for layer in 0..<configuration.layerCount { tensors += block(layer) }
        return tensors
    }

    private func table(_ role: WeightNames.Global) -> SyntheticTensor {
        SyntheticTensor(
            name: WeightNames.global(role, gguf: true)[0],
            shape: [configuration.vocabularySize, configuration.hiddenSize],
            encoding: model.embeddingEncoding,
            content: .embedding(
                deviation: embeddingDeviation, constant: constant, columns: constantColumns))
    }

    /// `zeroed`: what follows does not see the constant.
    private func norm(
        _ names: [String], width: Int? = nil, zeroed: Bool = false
    ) -> SyntheticTensor {
        SyntheticTensor(
            name: names[0], shape: [width ?? configuration.hiddenSize], encoding: .float32,
            content: .norm(zeros: zeroed ? constantColumns : 0))
    }

    private func block(_ layer: Int) -> [SyntheticTensor] {
        func norm(_ role: WeightNames.Norm, _ width: Int, zeroed: Bool = false) -> SyntheticTensor {
            self.norm(
                WeightNames.norm(role, layer: layer, gguf: true), width: width, zeroed: zeroed)
        }
        let hidden = configuration.hiddenSize
        let inner = configuration.feedForwardSize
        let hasSubNorms = configuration.family == .bitNet
        let projections = WeightNames.Projection.allCases.map { projection($0, layer) }
        var tensors = [norm(.attention, hidden, zeroed: true)] + projections[..<3]
        if hasSubNorms { tensors.append(norm(.attentionSub, configuration.queryWidth)) }
        tensors += [projections[3], norm(.feedForward, hidden)] + projections[4..<6]
        if hasSubNorms { tensors.append(norm(.feedForwardSub, inner)) }
        return tensors + [projections[6]]
    }

    private func projection(_ role: WeightNames.Projection, _ layer: Int) -> SyntheticTensor {
        let hidden = configuration.hiddenSize
        let inner = configuration.feedForwardSize
        var plan = SyntheticTensor.TernaryPlan()
        let (rows, columns, deviation): (Int, Int, Float)
        switch role {
        case .query: (rows, columns, deviation) = (configuration.queryWidth, hidden, 1)
        case .key, .value: (rows, columns, deviation) = (configuration.keyValueWidth, hidden, 1)
        case .output:
            (rows, columns, deviation) = (hidden, configuration.queryWidth, blockDeviation)
        case .gate, .up: (rows, columns, deviation) = (inner, hidden, 1)
        case .down: (rows, columns, deviation) = (hidden, inner, blockDeviation)
        }
        switch role {
        case .gate, .up: plan.hasFixedBlock = constantColumns > 0
        case .output, .down: plan.zeroRows = constantColumns
        default: break
        }
        // Of the other rows half are negative by chance.
        if role == .gate { plan.negativeShare = Float(2 * (model.feedForwardZeros ?? 0.5) - 1) }
        return SyntheticTensor(
            name: WeightNames.projection(role, layer: layer, gguf: true)[0] + ".weight",
            shape: [rows, columns], encoding: model.encoding,
            content: .ternary(scale: Self.storable(deviation / Self.gain(columns)), plan))
    }

    /// The nearest smaller number that every format stores exactly.
    private static func storable(_ scale: Float) -> Float {
        Float(bitPattern: scale.bitPattern & 0xFFFF_0000)
    }
}
