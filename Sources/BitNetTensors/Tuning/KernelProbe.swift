internal import CBitNetKernels

/// How fast a set of kernels is with some threads.
public struct KernelSpeed: Sendable {
    /// Int8 multiply-adds per second of a ternary product of 48 tokens with weights from the caches.
    public let multiplyAdds: Double
    /// Bytes of weights per second of a ternary product of one token with weights from memory.
    public let bytes: Double
}

/// Measures ternary products on weights of its own, for reports: some tens of milliseconds a set.
///
/// One measurement at a time. Results are never part of what a model computes.
public struct KernelProbe {
    private let pool: ThreadPool
    private let memory: AlignedBuffer<UInt8>
    private let input: AlignedBuffer<Float>
    private let output: AlignedBuffer<Float>
    private let activations: QuantizedActivations

    /// More than most caches hold: four times as much gave the same speeds.
    private static let byteCount = 128 << 20
    private static let tokens = 48
    /// The projections of BitNet b1.58 2B4T.
    private static let (width, feedForward) = (2560, 6912)
    /// Rows of a worker's share of the product from the caches: 320 KiB.
    private static let cachedRows = 512

    /// Weights in 2 MiB pages, laid out by the threads of `pool`; nil when memory is short.
    public init?(pool: ThreadPool) {
        let rows = Self.byteCount * 4 / Self.width
        guard let memory = AlignedBuffer<UInt8>(count: Self.byteCount, hugePages: true),
            let input = AlignedBuffer<Float>(count: Self.tokens * Self.width),
            let output = AlignedBuffer<Float>(
                count: max(rows, Self.tokens * Self.cachedRows * pool.workers)),
            let activations = QuantizedActivations(tokens: Self.tokens, columns: Self.width)
        else { return nil }
        self.pool = pool
        self.memory = memory
        self.input = input
        self.output = output
        self.activations = activations
        for index in 0..<input.count { input[index] = Float((index &* 7919) % 255 - 127) }
        pool.split(memory.count) { range in
            for index in range { memory.base[index] = Self.weights(index) }
        }
    }

    /// Four ternary codes, none of them 3, that follow no simple pattern.
    private static func weights(_ index: Int) -> UInt8 {
        let bits = UInt8(
            truncatingIfNeeded: (UInt32(truncatingIfNeeded: index) &* 2_654_435_769) >> 23)
        return bits & ~(bits << 1 & 0b10101010)
    }

    /// The speed of `kernels`.
    public func speed(of kernels: KernelSet) -> KernelSpeed {
        let context = ComputeContext(kernels: kernels, pool: pool, sparsity: .never)
        let cached = matrix(
            rows: min(Self.cachedRows * pool.workers, Self.byteCount * 4 / Self.width))
        let whole = matrix(rows: Self.byteCount * 4 / Self.width)
        let many = seconds(context, cached, tokens: Self.tokens, passes: 24)
        let one = seconds(context, whole, tokens: 1, passes: 4)
        return KernelSpeed(
            multiplyAdds: Double(Self.tokens * cached.rows * cached.columns) / many,
            bytes: Double(whole.byteCount) / one)
    }

    /// All variants of all products on weights of BitNet b1.58 2B4T's shape; nil when memory is short.
    public func tuning(_ compute: ComputeContext) -> TuningReport? {
        let size = Self.feedForward * Self.width / 4
        let offsets = stride(from: 0, through: Self.byteCount - size, by: size)
        let shape = DenseMatrix(
            rows: Self.feedForward, columns: Self.width, format: .float16, in: memory)
        let dense = Array(repeating: shape, count: Self.byteCount / shape.byteCount + 1)
        let weights = TuningWeights(
            rows: offsets.map { matrix(rows: Self.feedForward, offset: $0) },
            columns: offsets.map {
                TernaryMatrix(
                    rows: Self.width, columns: Self.feedForward, scale: 1, layout: .columns,
                    memory: memory, offset: $0)
            }, dense: dense, plane: (memory, Self.width))
        return weights.flatMap { compute.measureTuning($0, isThorough: true) }
    }

    private func matrix(rows: Int, offset: Int = 0) -> TernaryMatrix {
        TernaryMatrix(
            rows: rows, columns: Self.width, scale: 1, layout: .rows, memory: memory, offset: offset
        )
    }

    /// The shortest of `passes` products.
    private func seconds(
        _ context: ComputeContext, _ matrix: TernaryMatrix, tokens: Int, passes: Int
    ) -> Double {
        context.quantize(
            input, tokens: tokens, width: Self.width, norm: nil, scratch: input, into: activations)
        return context.bestDuration(passes) {
            context.multiply(activations, TernaryProduct(matrix, into: output))
        }
    }
}
