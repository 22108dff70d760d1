import BitNetTensors

/// What a short measurement finds about this machine; it takes under a second.
struct ProcessorSpeed: Encodable {
    let threads: Int
    /// Every set but the scalar one, best first.
    let kernels: [Kernels]
    /// Bytes per second that all threads together read from memory; nil when memory is short.
    let readBandwidth: Double?
    /// Int8 multiply-adds per second of the chosen set, on registers.
    let multiplyAddPeak: Double
    /// Shares of needed rows and columns up to which the others are left out, as BITNET_SKIP takes
    /// them; nil where that is not measured.
    let skipping: String?
    /// Whether BITNET_SKIP pins them.
    let isSkippingPinned: Bool

    /// The products of one set.
    struct Kernels: Encodable {
        let name: String
        /// Int8 multiply-adds per second for 48 tokens, weights from the caches.
        let multiplyAdds: Double
        /// Bytes of weights per second for one token, from memory.
        let bytes: Double

        enum CodingKeys: String, CodingKey {
            case name
            case multiplyAdds = "multiply_adds_per_second"
            case bytes = "bytes_per_second"
        }
    }

    enum CodingKeys: String, CodingKey {
        case threads, kernels, skipping
        case readBandwidth = "read_bytes_per_second"
        case multiplyAddPeak = "peak_multiply_adds_per_second"
        case isSkippingPinned = "skipping_pinned"
    }

    /// Measures with the kernels and threads of `compute`, and the other sets of kernels beside.
    init(_ compute: ComputeContext) {
        let line = ProgressLine("measuring")
        defer { line.finish() }
        threads = compute.pool.workers
        multiplyAddPeak = compute.measureMultiplyAddPeak(passes: 2)
        line.update(0.2)
        readBandwidth = compute.measureReadBandwidth(passes: 6)
        line.update(0.4)
        let probe = KernelProbe(pool: compute.pool)
        let sets = KernelSet.available.filter { $0.name != Self.scalar }
        var kernels: [Kernels] = []
        for set in sets {
            guard let speed = probe?.speed(of: set) else { continue }
            kernels.append(
                Kernels(name: set.name, multiplyAdds: speed.multiplyAdds, bytes: speed.bytes))
            line.update(0.4 + 0.4 * Double(kernels.count) / Double(sets.count))
        }
        self.kernels = kernels
        isSkippingPinned = compute.sparsity != nil
        // The reference loops would take seconds.
        let isMeasured = compute.sparsity == nil && compute.kernels.name != Self.scalar
        let found = isMeasured ? probe?.skipping(compute.kernels) : compute.sparsity
        skipping = found?.description
    }

    private static let scalar = "scalar"

    /// Lines of name and value.
    var lines: [ReportLine] {
        let sets = kernels.map { set in
            ReportLine(
                set.name,
                "\(Self.giga(set.multiplyAdds)) GMAC/s for 48 tokens from the caches, "
                    + "\(Self.giga(set.bytes)) GB/s for one token from memory")
        }
        let bandwidth = readBandwidth.map { "\(Self.giga($0)) GB/s read" } ?? "no memory to read"
        return sets + [
            ReportLine(
                "limits",
                "\(Self.giga(multiplyAddPeak)) GMAC/s int8, \(bandwidth), \(threads) thread\(threads == 1 ? "" : "s")"
            ),
            ReportLine("skips zeros", skippingText),
        ]
    }

    private var skippingText: String {
        guard let skipping else { return "not measured (BITNET_SKIP pins it)" }
        return isSkippingPinned
            ? "where at most \(skipping) are needed, pinned by BITNET_SKIP"
            : "where at most \(skipping) are needed (BITNET_SKIP=\(skipping) pins it)"
    }

    private static func giga(_ value: Double) -> String { NumberFormat.fixed(value / 1e9, 1) }
}
