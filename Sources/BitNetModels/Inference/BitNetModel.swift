public import BitNetTensors

/// A decoder-only transformer with ternary (or full-precision) projections, ready to run.
///
/// Immutable: any number of sequences, each with its own `KVCache`, can share it.
public final class BitNetModel: Sendable {
    /// The shape and the options.
    public let configuration: ModelConfiguration
    /// The kernels and threads it computes with.
    public let compute: ComputeContext
    /// Token embeddings, (vocabulary, hidden).
    public let embedding: DenseMatrix
    /// The layers.
    public let blocks: [TransformerBlock]
    /// In front of the output head.
    public let outputNorm: RMSNorm
    /// The output head, (vocabulary, hidden).
    public let head: OutputHead
    /// How long choosing the kernels' variants took, in seconds; nil where nothing was measured.
    public let tuningSeconds: Double?
    /// The rotary position embedding.
    public let rotary: RotaryEmbedding

    init(
        configuration: ModelConfiguration, compute: ComputeContext, embedding: DenseMatrix,
        blocks: [TransformerBlock], outputNorm: RMSNorm, head: OutputHead,
        tuningSeconds: Double?
    ) {
        self.configuration = configuration
        self.compute = compute
        self.embedding = embedding
        self.blocks = blocks
        self.outputNorm = outputNorm
        self.head = head
        self.tuningSeconds = tuningSeconds
        rotary = RotaryEmbedding(
            headDimension: configuration.headDimension, theta: configuration.ropeTheta,
            scaling: configuration.ropeScaling)
    }

    /// Opens and loads the checkpoint at `path`: a GGUF file or a folder in Hugging Face's layout.
    public static func load(
        path: String, compute: ComputeContext, head: HeadPrecision = .automatic,
        pack: PackChoice = .automatic, progress: ((Double) -> Void)? = nil
    ) throws -> BitNetModel {
        try ModelLoader.load(
            ModelCheckpoint(path: path), compute, head: head, pack: pack, progress: progress)
    }

    /// How its ternary weights are packed; nil when it has none.
    public var packing: TernaryPacking? {
        for linear in blocks.lazy.flatMap(\.projections) {
            if case .ternary(let linear) = linear { return linear.weights.packing }
        }
        return nil
    }

    /// An empty cache for one sequence of up to `capacity` positions.
    public func makeCache(
        capacity: Int, format: KeyValueFormat = .float16
    ) throws(ModelError) -> KVCache {
        guard let layout = configuration.keyValueLayout(format),
            let memory = KeyValueMemory(layout: layout, capacity: capacity)
        else {
            throw ModelError(
                .outOfMemory,
                "no memory for a context of \(capacity) positions; ask for a smaller one")
        }
        return KVCache(memory: memory)
    }
}
