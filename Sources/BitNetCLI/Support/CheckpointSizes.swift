import BitNetCheckpoints
import BitNetModels
import BitNetTensors

/// How many parameters and bytes a checkpoint holds, by what they are for.
struct CheckpointSizes {
    /// Parameters and the bytes that they take in the files.
    struct Part: Encodable {
        var parameters = 0
        var bytes = 0
    }

    /// Projections that are, or become at load, ternary.
    var ternary = Part()
    /// Projections of full precision.
    var dense = Part()
    /// The embedding.
    var embedding = Part()
    /// The output head, where it is not the embedding.
    var head = Part()
    /// Norms and all the rest; scales count as bytes, not as parameters.
    var other = Part()
    /// Bytes of the ternary projections in memory, by packing.
    var packed: [TernaryPacking: Int] = [:]
    /// How the projections are stored, most frequent first.
    var projectionTypes: [String] = []

    /// All parameters.
    var parameters: Int { parts.reduce(0) { $0 + $1.parameters } }
    /// All bytes of tensors.
    var bytes: Int { parts.reduce(0) { $0 + $1.bytes } }
    private var parts: [Part] { [ternary, dense, embedding, head, other] }

    /// Sizes by the tensors' names and types; `configuration` tells which floats become ternary.
    init(_ checkpoint: ModelCheckpoint, _ configuration: ModelConfiguration?) {
        var types: [String: Int] = [:]
        for tensor in checkpoint.tensors {
            let values = tensor.encoding == .uint8 ? 4 * tensor.elementCount : tensor.elementCount
            switch Self.role(tensor) {
            case .embedding: embedding.add(values, tensor.region.count)
            case .head: head.add(values, tensor.region.count)
            case .scale: other.add(0, tensor.region.count)
            case .other: other.add(values, tensor.region.count)
            case .projection:
                types[tensor.typeName, default: 0] += 1
                if Self.isTernary(tensor, configuration) {
                    ternary.add(values, tensor.region.count)
                    addPacked(tensor, configuration)
                } else {
                    dense.add(values, tensor.region.count)
                }
            }
        }
        projectionTypes = types.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    }

    /// As the loader lays it out: by columns where many inputs are zero.
    private mutating func addPacked(
        _ tensor: TensorDescriptor, _ configuration: ModelConfiguration?
    ) {
        let rows = tensor.encoding == .uint8 ? 4 * tensor.shape[0] : tensor.shape[0]
        let isDown = ["ffn_down.", "down_proj."].contains { tensor.name.contains($0) }
        let byColumns = isDown && configuration?.activation == .reluSquared
        for packing in TernaryPacking.allCases {
            packed[packing, default: 0] +=
                TernaryMatrix.byteCount(
                    rows: rows, columns: tensor.shape[1], layout: byColumns ? .columns : .rows,
                    packing: packing) ?? 0
        }
    }

    private enum Role {
        case embedding, head, projection, scale, other
    }

    private static func role(_ tensor: TensorDescriptor) -> Role {
        let name = tensor.name
        switch name {
        case "token_embd.weight", "model.embed_tokens.weight", "embed_tokens.weight":
            return .embedding
        case "output.weight", "lm_head.weight": return .head
        default:
            if name.hasSuffix("weight_scale") { return .scale }
            let inLayer = ["blk.", "model.layers.", "layers."].contains { name.hasPrefix($0) }
            return inLayer && tensor.shape.count == 2 ? .projection : .other
        }
    }

    private static func isTernary(
        _ tensor: TensorDescriptor, _ configuration: ModelConfiguration?
    ) -> Bool {
        guard let encoding = tensor.encoding else {
            return ["TL1", "TL2", "IQ1_BN", "IQ2_BN", "Q2_0"].contains {
                tensor.typeName.hasPrefix($0)
            }
        }
        if encoding.isTernary || encoding == .uint8 { return true }
        guard let configuration else { return false }
        guard let quantization = configuration.quantization else {
            return configuration.family == .bitNet
        }
        let name = tensor.name.dropLast(".weight".count)
        return !quantization.excludedModules.contains { name == $0 || name.hasSuffix("." + $0) }
    }
}

extension CheckpointSizes.Part {
    fileprivate mutating func add(_ values: Int, _ size: Int) {
        parameters += values
        bytes += size
    }
}
