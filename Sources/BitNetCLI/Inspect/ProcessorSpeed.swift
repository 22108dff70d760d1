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
    /// Every variant of every product, fastest first; empty where they are not measured.
    let products: [Product]

    /// A product of one kind and its variants.
    struct Product: Encodable {
        let name: String
        /// What a model of enough weights takes, as BITNET_TUNE does; the fastest unless pinned.
        let chosen: String
        let isPinned: Bool
        let variants: [Variant]

        enum CodingKeys: String, CodingKey {
            case name, chosen, variants
            case isPinned = "pinned"
        }
    }

    /// One of them: bytes per second for products that are bound by memory, else multiply-adds.
    struct Variant: Encodable {
        let name: String
        let bytes: Double?
        let multiplyAdds: Double?

        enum CodingKeys: String, CodingKey {
            case name
            case bytes = "bytes_per_second"
            case multiplyAdds = "multiply_adds_per_second"
        }
    }

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
        case threads, kernels, skipping, products
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
        let sets = KernelSet.available.filter { !$0.isReference }
        var kernels: [Kernels] = []
        for set in sets {
            guard let speed = probe?.speed(of: set) else { continue }
            kernels.append(
                Kernels(name: set.name, multiplyAdds: speed.multiplyAdds, bytes: speed.bytes))
            line.update(0.4 + 0.4 * Double(kernels.count) / Double(sets.count))
        }
        self.kernels = kernels
        isSkippingPinned = compute.pins.skipping != nil
        // The reference loops would take seconds.
        let report = compute.kernels.isReference ? nil : probe?.tuning(compute)
        products = (report?.products ?? []).map { Self.product($0, $1, report, compute) }
        skipping = report?.tuning.skipping.description ?? compute.pins.skipping?.description
    }

    private static func product(
        _ product: TunedProduct, _ variants: [MeasuredVariant], _ report: TuningReport?,
        _ compute: ComputeContext
    ) -> Product {
        let tuning = report?.tuning ?? compute.tuning
        return Product(
            name: product.name, chosen: tuning[product].name(of: product),
            isPinned: compute.pins.variants[product] != nil,
            variants: variants.map {
                Variant(
                    name: $0.variant.name(of: product),
                    bytes: product.isStreamed ? $0.speed : nil,
                    multiplyAdds: product.isStreamed ? nil : $0.speed)
            })
    }

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
        ] + products.flatMap(Self.lines)
    }

    /// A line for the choice, then one for each variant.
    private static func lines(_ product: Product) -> [ReportLine] {
        let pin =
            product.isPinned ? "pinned by BITNET_TUNE" : "BITNET_TUNE=\(product.name)=… pins it"
        let head = ReportLine(product.name, "\(product.chosen) (\(pin))")
        return [head]
            + product.variants.map { variant in
                let speed =
                    variant.bytes.map { "\(giga($0)) GB/s" }
                    ?? variant.multiplyAdds.map { "\(giga($0)) GMAC/s" } ?? ""
                let mark = variant.name == product.chosen ? ", chosen" : ""
                return ReportLine("", "\(variant.name): \(speed)\(mark)")
            }
    }

    private var skippingText: String {
        guard let skipping else { return "not measured (BITNET_SKIP pins it)" }
        return isSkippingPinned
            ? "where at most \(skipping) are needed, pinned by BITNET_SKIP"
            : "where at most \(skipping) are needed (BITNET_SKIP=\(skipping) pins it)"
    }

    private static func giga(_ value: Double) -> String { NumberFormat.fixed(value / 1e9, 1) }
}
