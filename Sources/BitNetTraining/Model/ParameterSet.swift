public import BitNetModels
public import BitNetTensors

/// One trained tensor: its name in Hugging Face's layout and its place among all values.
public struct Parameter: Sendable, Equatable {
    /// The name, such as `model.layers.0.mlp.up_proj.weight`.
    public let name: String
    /// (rows, columns) of a matrix, (width) of a norm.
    public let shape: [Int]
    /// Where its values start.
    public let offset: Int
    /// Whether it is ternarised in the forward pass.
    public let isTernary: Bool

    /// The number of values.
    public var count: Int { shape.reduce(1, *) }
    /// Whether it decays: matrices do, norms do not.
    public var isMatrix: Bool { shape.count == 2 }
    /// Its places among all values.
    public var range: Range<Int> { offset..<offset + count }
}

/// The trained tensors of a model, one behind the other, in the order of their use.
public struct ParameterLayout: Sendable, Equatable {
    /// The tensors.
    public let parameters: [Parameter]
    /// All values.
    public let count: Int
    private let places: [String: Int]

    /// The tensors of a model of that shape.
    public init(_ configuration: ModelConfiguration) {
        var builder = Builder()
        builder.addModel(configuration)
        parameters = builder.parameters
        count = builder.count
        places = Dictionary(
            uniqueKeysWithValues: parameters.enumerated().map { ($1.name, $0) })
    }

    /// The tensor of that name.
    public func parameter(_ name: String) -> Parameter? { places[name].map { parameters[$0] } }

    /// A tensor that every layout of this configuration has.
    func expected(_ name: String) -> Parameter {
        guard let parameter = parameter(name) else { preconditionFailure("no tensor \(name)") }
        return parameter
    }

    private struct Builder {
        var parameters: [Parameter] = []
        var count = 0

        mutating func add(_ name: String, _ shape: Int..., ternary: Bool = false) {
            parameters.append(
                Parameter(
                    name: name + ".weight", shape: shape, offset: count, isTernary: ternary))
            // Every tensor starts on a cache line.
            count += (shape.reduce(1, *) + 15) / 16 * 16
        }

        mutating func addModel(_ model: ModelConfiguration) {
            add("model.embed_tokens", model.vocabularySize, model.hiddenSize)
            for layer in 0..<model.layerCount { addLayer("model.layers.\(layer).", model) }
            add("model.norm", model.hiddenSize)
            if !model.tiedEmbeddings { add("lm_head", model.vocabularySize, model.hiddenSize) }
        }

        mutating func addLayer(_ prefix: String, _ model: ModelConfiguration) {
            let hidden = model.hiddenSize
            let hasSubNorms = model.family == .bitNet
            add(prefix + "input_layernorm", hidden)
            add(prefix + "self_attn.q_proj", model.queryWidth, hidden, ternary: true)
            add(prefix + "self_attn.k_proj", model.keyValueWidth, hidden, ternary: true)
            add(prefix + "self_attn.v_proj", model.keyValueWidth, hidden, ternary: true)
            if hasSubNorms { add(prefix + "self_attn.attn_sub_norm", model.queryWidth) }
            add(prefix + "self_attn.o_proj", hidden, model.queryWidth, ternary: true)
            add(prefix + "post_attention_layernorm", hidden)
            add(prefix + "mlp.gate_proj", model.feedForwardSize, hidden, ternary: true)
            add(prefix + "mlp.up_proj", model.feedForwardSize, hidden, ternary: true)
            if hasSubNorms { add(prefix + "mlp.ffn_sub_norm", model.feedForwardSize) }
            add(prefix + "mlp.down_proj", hidden, model.feedForwardSize, ternary: true)
        }
    }
}

/// Values for every tensor of a layout: weights, their gradients, or the optimiser's moments.
public struct ParameterSet: Sendable {
    /// What lies where.
    public let layout: ParameterLayout
    /// All values.
    public let buffer: AlignedBuffer<Float>

    /// Zeros; throws when memory is short.
    public init(_ layout: ParameterLayout) throws(TrainingError) {
        self.layout = layout
        buffer = try .allocated(layout.count, "the model's parameters")
    }

    /// The values of a matrix.
    func matrix(_ name: String) -> FloatMatrix {
        let parameter = layout.expected(name)
        return FloatMatrix(
            buffer, offset: parameter.offset, rows: parameter.shape[0],
            columns: parameter.shape[1])
    }

    /// The values of a norm.
    func norm(_ name: String, epsilon: Float) -> RMSNorm {
        let parameter = layout.expected(name)
        return RMSNorm(
            weights: AlignedBuffer(
                sharing: buffer, offset: parameter.offset, count: parameter.count),
            epsilon: epsilon)
    }

    /// The values of one tensor.
    public func values(_ parameter: Parameter) -> [Float] { buffer.values(parameter.range) }

    /// Replaces the values of one tensor.
    public func assign(_ values: [Float], to parameter: Parameter) {
        precondition(values.count == parameter.count, "\(values.count) values")
        buffer.assign(values, at: parameter.offset)
    }
}

extension AlignedBuffer {
    /// Zeroed memory, or an error that says for what and how much.
    static func allocated(
        _ count: Int, _ purpose: String
    ) throws(TrainingError) -> AlignedBuffer {
        guard let buffer = AlignedBuffer(count: count) else {
            let bytes = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
            throw TrainingError(
                .memory,
                "no memory for \(purpose) (\(bytes.partialValue >> 20) MiB); use a smaller model, "
                    + "fewer sequences at a time, or activation checkpointing")
        }
        return buffer
    }
}
