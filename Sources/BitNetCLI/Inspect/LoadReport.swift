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
    /// How they are packed: "2bit" or "base3"; nil when there are none.
    let packing: String?
    /// Bytes of embedding, head and full-precision projections that are read from the mapped file.
    let mappedBytes: Int
    /// The same where rows had to be reordered, so that they are copies.
    let copiedBytes: Int
    /// Bytes that a decoded token reads: projections and head.
    let bytesPerToken: Int
    /// Multiply-adds of the projections for a token.
    let multiplyAddsPerToken: Int
    /// Bytes of an output head that was quantised into memory of its own; 0 for one as stored.
    let headBytes: Int
    let headBits: Int?
    /// Shares of needed rows and columns up to which the others are left out, as BITNET_SKIP takes
    /// them; nil for models without relu².
    let skipping: String?
    /// The variants that were chosen, as BITNET_TUNE takes them, and how long that took; nil where the
    /// model is too small to measure.
    let tuning: String
    let tuningSeconds: Double?
    /// Ternary projections of all.
    let ternaryProjections: Int
    let projections: Int

    enum CodingKeys: String, CodingKey {
        case kernels, threads, seconds, projections, packing
        case peakMemory = "peak_memory"
        case ternaryBytes = "ternary_bytes"
        case mappedBytes = "mapped_bytes"
        case copiedBytes = "copied_bytes"
        case bytesPerToken = "bytes_per_token"
        case multiplyAddsPerToken = "multiply_adds_per_token"
        case headBytes = "head_bytes"
        case headBits = "head_bits"
        case skipping, tuning
        case tuningSeconds = "tuning_seconds"
        case ternaryProjections = "ternary_projections"
    }

    /// Loads the model and lets it go again.
    init(_ checkpoint: ModelCheckpoint, _ compute: ComputeContext, _ pack: PackChoice) throws {
        ProcessMemory.resetPeak()
        let start = ContinuousClock.now
        let line = ProgressLine("loading")
        let model = try ModelLoader.load(checkpoint, compute, pack: pack) { line.update($0) }
        line.finish()
        seconds = (ContinuousClock.now - start).seconds
        peakMemory = ProcessMemory.peakBytes
        kernels = compute.kernels.name
        threads = compute.pool.workers
        bytesPerToken = model.bytesPerToken
        packing = model.packing?.rawValue
        if case .quantized(let head) = model.head {
            (headBytes, headBits) = (head.byteCount, head.bits)
        } else {
            (headBytes, headBits) = (0, nil)
        }
        skipping =
            model.configuration.activation == .reluSquared
            ? model.compute.tuning.skipping.description : nil
        tuning = model.compute.tuning.description
        tuningSeconds = model.tuningSeconds
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

    private var head: String {
        guard let headBits else { return "as stored" }
        return "\(headBits) bits a weight, \(NumberFormat.bytes(headBytes)) in 2 MiB pages"
    }

    private var tuningCost: String {
        guard let tuningSeconds else { return "not measured" }
        return "measured in \(NumberFormat.fixed(tuningSeconds * 1000, 1)) ms"
    }

    /// Lines of name and value.
    var lines: [ReportLine] {
        let copies = copiedBytes > 0 ? ", reordered copies \(NumberFormat.bytes(copiedBytes))" : ""
        return [
            ReportLine("loaded for", "\(kernels), \(threads) threads"),
            ReportLine(
                "weights",
                "\(ternaryProjections) of \(projections) projections ternary: "
                    + "\(NumberFormat.bytes(ternaryBytes)) copied into 2 MiB pages"
                    + "\(packing.map { ", \($0)" } ?? ""); dense: "
                    + "\(NumberFormat.bytes(mappedBytes)) mapped\(copies)"),
            ReportLine("output head", head),
            ReportLine(
                "skips zeros",
                skipping.map { "where at most \($0) are needed (BITNET_SKIP)" } ?? "no (no relu²)"),
            ReportLine("variants", "\(tuning) (\(tuningCost))"),
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
