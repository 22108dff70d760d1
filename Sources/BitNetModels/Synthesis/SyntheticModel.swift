internal import BitNetCheckpoints
public import BitNetTensors

/// A model with random weights of a known shape, for benchmarks.
///
/// Weights are ternary, a third of them zero. Scales keep activations in range: queries, keys,
/// values, gates and ups have a deviation of about 1, each block adds thrice the embedding's
/// deviation to the residual stream, and logits have one of about 3. The same options give the same
/// bytes, whatever the number of threads.
public struct SyntheticModel: Sendable {
    /// The shape.
    public var shape: SyntheticShape
    /// How the projections are stored: I2_S, TQ2_0 or TQ1_0.
    public var encoding: TensorEncoding
    /// How embedding and output head are stored.
    public var embeddingEncoding: TensorEncoding
    /// What the weights depend on.
    public var seed: UInt64
    /// The share of inputs of `down_proj` that are zero, 0.5 or more; nil leaves it to chance, which
    /// gives about a half.
    ///
    /// A constant component fills the first block of columns of every embedding. No projection
    /// writes to it, and only `gate_proj` reads it: a share of its rows has -1 there, so that those
    /// gates are negative for every token; all other rows have 0 there.
    public var feedForwardZeros: Double?

    /// A model of that shape.
    public init(
        shape: SyntheticShape, encoding: TensorEncoding = .i2_s,
        embeddingEncoding: TensorEncoding = .float16, seed: UInt64 = 0,
        feedForwardZeros: Double? = nil
    ) {
        self.shape = shape
        self.encoding = encoding
        self.embeddingEncoding = embeddingEncoding
        self.seed = seed
        self.feedForwardZeros = feedForwardZeros
    }

    /// Writes the GGUF file at `path`.
    public func write(
        to path: String, pool: ThreadPool, progress: ((Double) -> Void)? = nil
    ) throws {
        try validate(path)
        let configuration = shape.configuration
        var writer = GGUFWriter(path: path)
        let metadata = GGUFModelMetadata(
            configuration: configuration, architecture: configuration.architecture,
            hasProjectionNorms: false)
        let format = ConversionFormat.allCases.first { $0.encoding == encoding } ?? .i2_s
        let pairs = metadata.pairs(name: "synthetic-\(shape.rawValue)", fileType: format.fileType)
        let vocabulary = SyntheticVocabulary(size: configuration.vocabularySize)
        for pair in pairs + vocabulary.pairs() { try writer.setMetadata(pair.key, pair.value) }
        let tensors = SyntheticPlan(self).tensors()
        try checkSpace(for: tensors, path)
        for tensor in tensors {
            try writer.declareTensor(tensor.name, shape: tensor.shape, encoding: tensor.encoding)
        }
        for (index, tensor) in tensors.enumerated() {
            let source = SyntheticTensorBytes(tensor, index: index, seed: seed, pool: pool)
            try source.write { bytes in try writer.append(bytes, to: tensor.name) }
            progress?(Double(index + 1) / Double(tensors.count))
        }
        try writer.finish()
    }

    /// The file is written beside what it replaces.
    private func checkSpace(for tensors: [SyntheticTensor], _ path: String) throws {
        let needed = tensors.reduce(0) { sum, tensor in
            let count = tensor.shape.reduce(1, *)
            return sum + (tensor.encoding.byteCount(valueCount: count) ?? 0)
        }
        guard let free = DiskSpace.available(forFile: path), free < needed else { return }
        throw ModelError(
            .outOfMemory, file: path,
            "the file takes \(needed) bytes; expected as much free space on its disk, found \(free); "
                + "choose another disk, a smaller shape or --type tq1_0")
    }

    private func validate(_ path: String) throws {
        let configuration = shape.configuration
        guard encoding.isTernary else {
            throw problem(path, "projections can be i2_s, tq2_0 or tq1_0, not \(encoding.rawValue)")
        }
        for columns in [configuration.hiddenSize, configuration.feedForwardSize]
        where columns % encoding.valuesPerBlock != 0 {
            throw problem(
                path,
                "the shape \(shape.rawValue) has rows of \(columns) values; \(encoding.rawValue) "
                    + "needs a multiple of \(encoding.valuesPerBlock)")
        }
        guard configuration.hiddenSize % embeddingEncoding.valuesPerBlock == 0 else {
            throw problem(
                path,
                "the embedding of the shape \(shape.rawValue) has rows of "
                    + "\(configuration.hiddenSize) values; \(embeddingEncoding.rawValue) needs a "
                    + "multiple of \(embeddingEncoding.valuesPerBlock)")
        }
        guard let zeros = feedForwardZeros else { return }
        guard configuration.activation == .reluSquared, zeros >= 0.5, zeros <= 1 else {
            throw problem(
                path,
                "zeros at the input of down_proj: expected a share from 0.5 to 1 and a shape with "
                    + "relu², found \(zeros) and \(shape.rawValue)")
        }
        guard configuration.hiddenSize >= 2 * encoding.valuesPerBlock else {
            throw problem(
                path,
                "zeros at the input of down_proj need rows of two blocks; those of the shape "
                    + "\(shape.rawValue) have \(configuration.hiddenSize) values, a block of "
                    + "\(encoding.rawValue) \(encoding.valuesPerBlock)")
        }
    }

    private func problem(_ path: String, _ message: String) -> ModelError {
        ModelError(.unrepresentable, file: path, message)
    }
}
