internal import BitNetCheckpoints
public import BitNetTensors

/// Builds models from checkpoints.
public struct ModelLoader {
    private let finder: TensorFinder
    private let configuration: ModelConfiguration
    private let compute: ComputeContext
    private let headPrecision: HeadPrecision
    private let pack: PackChoice

    /// Loads the model of `checkpoint`, to be run by `compute`.
    ///
    /// Ternary weights are copied once into the kernels' layout, by all threads; embeddings, heads
    /// and dense weights stay mapped, unless `head` says that the output head is to be quantised into
    /// memory of its own. `pack` says how ternary weights are packed; a model that does not fit into
    /// memory is refused before any of it is taken. `progress` is called with fractions from 0 to 1.
    public static func load(
        _ checkpoint: ModelCheckpoint, _ compute: ComputeContext,
        head: HeadPrecision = .automatic, pack: PackChoice = .automatic,
        progress: ((Double) -> Void)? = nil
    ) throws(ModelError) -> BitNetModel {
        guard !checkpoint.tensors.isEmpty else {
            throw ModelError(
                .notFound, file: checkpoint.path,
                "the file holds no weights (a vocabulary only?); expected a whole model")
        }
        var configuration = try checkpoint.configuration()
        let finder = TensorFinder(checkpoint: checkpoint)
        try addRopeDivisors(finder, &configuration)
        let loader = ModelLoader(
            finder: finder, configuration: configuration, compute: compute,
            headPrecision: head, pack: pack)
        return try loader.model(progress)
    }

    /// Divisors of the rotary frequencies, which llama.cpp's converters store as a tensor.
    ///
    /// They come on top of linear scaling.
    static func addRopeDivisors(
        _ finder: TensorFinder, _ configuration: inout ModelConfiguration
    ) throws(ModelError) {
        let names = WeightNames.global(.ropeDivisors, gguf: finder.gguf)
        guard let tensor = finder.find(names) else { return }
        let divisors = try finder.floats(tensor, count: configuration.headDimension / 2)
        guard divisors.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw finder.error(tensor, "expected positive divisors")
        }
        var common: Float = 1
        if case .linear(let factor) = configuration.ropeScaling { common = factor }
        configuration.ropeScaling = .divisors(divisors.map { $0 * common })
    }

    private func model(_ progress: ((Double) -> Void)?) throws(ModelError) -> BitNetModel {
        discardPages()
        var plans: [[LinearPlan]] = []
        for layer in 0..<configuration.layerCount { plans.append(try plan(layer)) }
        let embedding = try global(.embedding)
        let storedHead =
            configuration.tiedEmbeddings
            ? embedding : try global(.outputHead)
        let speeds = packingSpeeds(plans)
        var loader = try ternaryLoader(plans, storedHead, speeds)
        let normTensor = try finder.require(
            WeightNames.global(.outputNorm, gguf: finder.gguf))
        let norm = try finder.norm(
            normTensor, width: configuration.hiddenSize, epsilon: configuration.normEpsilon)
        var blocks: [TransformerBlock] = []
        for (layer, plan) in plans.enumerated() {
            var linears: [Linear] = []
            for projection in plan { linears.append(try projection.load(&loader, finder)) }
            blocks.append(try block(layer, linears))
            discardPages()
            progress?(Double(layer + 1) / Double(plans.count))
        }
        let head = try outputHead(storedHead, norm)
        discardPages()
        ProcessMemory.releaseUnused()
        let tuned = tune(blocks, head)
        return BitNetModel(
            configuration: configuration,
            compute: tuned.map { compute.tuned($0.tuning, alone: $0.alone) } ?? compute,
            embedding: embedding, blocks: blocks, outputNorm: norm, head: head,
            tuningSeconds: tuned.map { $0.seconds + (speeds?.seconds ?? 0) })
    }

    /// Measures the packings where they are free to choose; nil where the model is too small for that
    /// to tell something, or nothing is to be measured.
    private func packingSpeeds(_ plans: [[LinearPlan]]) -> PackingSpeeds? {
        guard pack == .automatic, compute.pins.isMeasured, !compute.kernels.isReference else {
            return nil
        }
        let bytes = plans.joined().reduce(0) { $0 + $1.ternaryByteCount(.twoBit) }
        guard bytes >= TuningWeights.leastByteCount else { return nil }
        return compute.measurePackings(columns: configuration.hiddenSize)
    }

    /// Memory for all ternary weights, in the packing that fits.
    private func ternaryLoader(
        _ plans: [[LinearPlan]], _ head: DenseMatrix, _ speeds: PackingSpeeds?
    ) throws(ModelError) -> TernaryLoader {
        let fit = PackingFit()
        let headBytes = headPrecision.bits(head).map {
            QuantizedHead.byteCount(rows: head.rows, columns: head.columns, bits: $0)
        }
        let weights = { (packing: TernaryPacking) in
            plans.joined().reduce(0) { $0 + $1.ternaryByteCount(packing) }
        }
        let bytes = { (packing: TernaryPacking) in weights(packing) + (headBytes ?? 0) }
        let preferred = speeds?.preferred ?? .twoBit
        guard let packing = fit.packing(pack, preferred: preferred, bytes: bytes) else {
            throw fit.refusal(pack, file: finder.checkpoint.path, bytes: bytes)
        }
        let size = weights(packing)
        guard let loader = TernaryLoader(byteCount: size, packing: packing, pool: compute.pool)
        else {
            throw ModelError(
                .outOfMemory, file: finder.checkpoint.path,
                "no memory for \(size) bytes of ternary weights")
        }
        return loader
    }

    /// Measures the kernels' variants on the model's own weights; nil where it is too small for that to
    /// tell something, or nothing is to be measured.
    private func tune(_ blocks: [TransformerBlock], _ head: OutputHead) -> TuningReport? {
        guard compute.pins.isMeasured, !compute.kernels.isReference else { return nil }
        var plane: QuantizedHead?
        if case .quantized(let quantized) = head { plane = quantized }
        let weights = TuningWeights(
            rows: blocks.compactMap { $0.feedForward.up.ternaryWeights }
                + blocks.compactMap { $0.feedForward.gate.ternaryWeights },
            columns: blocks.compactMap { $0.feedForward.down.ternaryWeights },
            dense: blocks.flatMap { [$0.feedForward.up, $0.feedForward.gate, $0.feedForward.down] }
                .compactMap(\.denseWeights), head: plane)
        return weights.flatMap { compute.measureTuning($0) }
    }

    private func outputHead(
        _ matrix: DenseMatrix, _ norm: RMSNorm
    ) throws(ModelError) -> OutputHead {
        guard let bits = headPrecision.bits(matrix) else { return .stored(matrix) }
        guard matrix.columns <= QuantizedHead.columnLimit else {
            throw ModelError(
                .unsupported, file: finder.checkpoint.path,
                "a head of \(bits) bits takes rows of up to \(QuantizedHead.columnLimit) values, "
                    + "this model's have \(matrix.columns); keep the head as it is stored")
        }
        guard let head = QuantizedHead(matrix, norm, bits: bits, compute) else {
            throw ModelError(
                .outOfMemory, file: finder.checkpoint.path,
                "no memory for an output head of \(bits) bits a weight")
        }
        return .quantized(head)
    }

    /// Drops what earlier use and reading have left resident of the files: faults bring in
    /// neighbouring pages too.
    private func discardPages() {
        var seen: Set<ObjectIdentifier> = []
        for file in finder.checkpoint.tensors.lazy.map(\.region.file)
        where seen.insert(ObjectIdentifier(file)).inserted {
            file.discardAll()
        }
    }

    private func global(_ role: WeightNames.Global) throws(ModelError) -> DenseMatrix {
        let tensor = try finder.require(WeightNames.global(role, gguf: finder.gguf))
        return try finder.dense(
            tensor, rows: configuration.vocabularySize, columns: configuration.hiddenSize)
    }

    /// The plans of a block's projections, in the order of `WeightNames.Projection`.
    private func plan(_ layer: Int) throws(ModelError) -> [LinearPlan] {
        try LinearPlanner(finder: finder, configuration: configuration, pool: compute.pool)
            .plans(layer: layer)
    }

    private func block(_ layer: Int, _ linears: [Linear]) throws(ModelError) -> TransformerBlock {
        let hidden = configuration.hiddenSize
        return TransformerBlock(
            attention: AttentionWeights(
                inputNorm: try norm(.attention, layer, width: hidden),
                query: linears[0], key: linears[1], value: linears[2],
                subNorm: try subNorm(.attentionSub, layer, width: configuration.queryWidth),
                output: linears[3]),
            feedForward: FeedForwardWeights(
                inputNorm: try norm(.feedForward, layer, width: hidden),
                gate: linears[4], up: linears[5],
                subNorm: try subNorm(
                    .feedForwardSub, layer, width: configuration.feedForwardSize),
                down: linears[6]))
    }

    private func norm(
        _ role: WeightNames.Norm, _ layer: Int, width: Int
    ) throws(ModelError) -> RMSNorm {
        let tensor = try finder.require(WeightNames.norm(role, layer: layer, gguf: finder.gguf))
        return try finder.norm(tensor, width: width, epsilon: configuration.normEpsilon)
    }

    /// BitNet b1.58 has sub-norms and the Llama family none: one that is missing, or there without
    /// being expected, means another graph.
    private func subNorm(
        _ role: WeightNames.Norm, _ layer: Int, width: Int
    ) throws(ModelError) -> RMSNorm? {
        if configuration.family == .bitNet { return try norm(role, layer, width: width) }
        if let tensor = finder.find(WeightNames.norm(role, layer: layer, gguf: finder.gguf)) {
            throw finder.error(tensor, "a sub-norm in a model of the Llama family")
        }
        return nil
    }
}
