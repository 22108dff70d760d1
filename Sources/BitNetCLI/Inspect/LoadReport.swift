import BitNetModels
import BitNetTensors

/// What loading a model chose and cost.
struct LoadReport: Encodable {
    let kernels: String
    let threads: Int
    let seconds: Double
    /// The most bytes resident at once while loading; 0 when the system does not tell.
    let peakMemory: Int
    /// Bytes of ternary weights, copied into the kernels' layout in 2 MiB pages.
    let ternaryBytes: Int
    /// Bytes of embedding, head and full-precision projections that are read from the mapped file.
    let mappedBytes: Int
    /// The same where rows had to be reordered, so that they are copies.
    let copiedBytes: Int
    /// Bytes that a decoded token reads: projections and head.
    let bytesPerToken: Int
    /// Multiply-adds of the projections for a token.
    let multiplyAddsPerToken: Int
    /// Ternary projections of all.
    let ternaryProjections: Int
    let projections: Int

    enum CodingKeys: String, CodingKey {
        case kernels, threads, seconds, projections
        case peakMemory = "peak_memory"
        case ternaryBytes = "ternary_bytes"
        case mappedBytes = "mapped_bytes"
        case copiedBytes = "copied_bytes"
        case bytesPerToken = "bytes_per_token"
        case multiplyAddsPerToken = "multiply_adds_per_token"
        case ternaryProjections = "ternary_projections"
    }

    /// Loads the model and lets it go again.
    init(_ checkpoint: ModelCheckpoint, _ compute: ComputeContext) throws {
        ProcessMemory.resetPeak()
        let start = ContinuousClock.now
        let line = ProgressLine("loading")
        let model = try ModelLoader.load(checkpoint, compute) { line.update($0) }
        line.finish()
        seconds = (ContinuousClock.now - start).seconds
        peakMemory = ProcessMemory.peakBytes
        kernels = compute.kernels.name
        threads = compute.pool.workers
        bytesPerToken = model.bytesPerToken
        multiplyAddsPerToken = model.multiplyAddsPerToken
        let all = model.blocks.flatMap(\.projections)
        projections = all.count
        let dense = all.compactMap { if case .dense(let matrix) = $0 { matrix } else { nil } }
        ternaryProjections = all.count - dense.count
        ternaryBytes = model.bodyByteCount - dense.reduce(0) { $0 + $1.byteCount }
        var matrices = dense + [model.embedding]
        if case .stored(let head) = model.head, !model.configuration.tiedEmbeddings {
            matrices.append(head)
        }
        mappedBytes = matrices.filter(\.isMapped).reduce(0) { $0 + $1.byteCount }
        copiedBytes = matrices.filter { !$0.isMapped }.reduce(0) { $0 + $1.byteCount }
    }

    /// Lines of name and value.
    var lines: [ReportLine] {
        let copies = copiedBytes > 0 ? ", reordered copies \(NumberFormat.bytes(copiedBytes))" : ""
        return [
            ReportLine("loaded for", "\(kernels), \(threads) threads"),
            ReportLine(
                "weights",
                "\(ternaryProjections) of \(projections) projections ternary: "
                    + "\(NumberFormat.bytes(ternaryBytes)) copied into 2 MiB pages; dense: "
                    + "\(NumberFormat.bytes(mappedBytes)) mapped\(copies)"),
            ReportLine(
                "a token reads",
                "\(NumberFormat.bytes(bytesPerToken)) and does "
                    + "\(NumberFormat.count(multiplyAddsPerToken)) multiply-adds in projections"),
            ReportLine(
                "load cost",
                "\(NumberFormat.fixed(seconds * 1000, 1)) ms, peak memory "
                    + (peakMemory > 0 ? NumberFormat.bytes(peakMemory) : "unknown")),
        ]
    }
}
