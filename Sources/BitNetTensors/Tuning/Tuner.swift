internal import CBitNetKernels

/// A variant and how fast it was.
public struct MeasuredVariant: Sendable {
    /// The variant.
    public let variant: TuningVariant
    /// Bytes of weights per second; multiply-adds for tiles.
    public internal(set) var speed: Double
}

/// What measuring found.
public struct TuningReport: Sendable {
    /// The choice.
    public internal(set) var tuning: Tuning
    /// The choice for one thread alone.
    public internal(set) var alone: Tuning
    /// Every product that was measured, with its variants, fastest first.
    public internal(set) var products: [(product: TunedProduct, variants: [MeasuredVariant])] = []
    /// How long it took, in seconds.
    public internal(set) var seconds: Double = 0
}

extension ComputeContext {
    /// Measures the variants of every product on `weights` and chooses the fastest, except where the
    /// environment pins them: some tens of milliseconds.
    ///
    /// When zeros are left out follows from the speeds of whole and scattered products. `isThorough`
    /// measures all variants equally well, for reports, in about a second. Nil when memory is short.
    public func measureTuning(
        _ weights: TuningWeights, isThorough: Bool = false
    ) -> TuningReport? {
        let start = ContinuousClock.now
        guard let probe = TuningProbe(weights, pool: pool) else { return nil }
        var report = TuningReport(tuning: tuning, alone: tuning)
        measureTuning(
            probe, weights, isThorough ? Tuner.thorough : Tuner.brief, isThorough: isThorough,
            &report)
        report.alone = report.tuning
        if pool.workers > 1, !isThorough {
            var alone = report
            probe.isAlone = true
            measureTuning(probe, weights, Tuner.again, isThorough: false, &alone)
            report.alone = alone.tuning
        }
        report.seconds = (ContinuousClock.now - start).inSeconds
        return report
    }

    /// Measures every product in `rounds`, the variants in the order that `report` found before.
    private func measureTuning(
        _ probe: TuningProbe, _ weights: TuningWeights, _ rounds: [Tuner.Round],
        isThorough: Bool, _ report: inout TuningReport
    ) {
        let before = report.products
        report.products = []
        for product in TunedProduct.allCases where weights.has(product) {
            let isPinned = pins.variants[product] != nil
            let known = before.first { $0.product == product }?.variants.map(\.variant)
            let others = known ?? product.variants(of: sets)
            let pinned = isPinned ? [tuning[product]] : []
            let found = Tuner(probe, product).measure(
                isPinned && !isThorough ? pinned : pinned + others.filter { !pinned.contains($0) },
                rounds)
            if !isPinned, let best = found.first { report.tuning[product] = best.variant }
            report.products.append((product, found))
        }
        report.tuning.skipping = pins.skipping ?? report.skipping
    }
}

extension TuningReport {
    /// A scattered product of a share p of the weights takes p / its speed, the whole 1 / its own: the
    /// share at which both are equal, less a tenth for making lists.
    fileprivate var skipping: SparsityPolicy {
        var policy = SparsityPolicy.standard
        func limit(_ listed: TunedProduct, _ whole: TunedProduct) -> Double? {
            guard let listed = speed(listed), let whole = speed(whole), whole > 0 else {
                return nil
            }
            return min(1, max(0, 0.9 * listed / whole))
        }
        policy.decodeRows = limit(.listedRows, .rows) ?? policy.decodeRows
        policy.decodeColumns = limit(.listedColumns, .columns) ?? policy.decodeColumns
        return policy
    }

    /// The speed of the chosen variant.
    private func speed(_ product: TunedProduct) -> Double? {
        let found = products.first { $0.product == product }?.variants
        return found?.first { $0.variant == tuning[product] }?.speed
    }
}

/// Finds the fastest variant of one product.
///
/// All variants run, then the better ones again and again: what another process takes away for a
/// moment hits one run of a variant, and its best run counts.
struct Tuner {
    /// How many of the variants, the fastest so far, run how often.
    typealias Round = (kept: Int, runs: Int)

    /// At load.
    static let brief: [Round] = [(.max, 1), (6, 3), (3, 4)]
    /// At load once more, without the other threads: what was slow with them is left out.
    static let again: [Round] = [(6, 2), (3, 4)]
    /// For reports.
    static let thorough: [Round] = [(.max, 8)]

    private let probe: TuningProbe
    private let product: TunedProduct

    init(_ probe: TuningProbe, _ product: TunedProduct) {
        self.probe = probe
        self.product = product
    }

    /// The variants with their speeds, fastest first; 0 is the speed of those that did not run.
    func measure(_ variants: [TuningVariant], _ rounds: [Round]) -> [MeasuredVariant] {
        var found = variants.map { MeasuredVariant(variant: $0, speed: 0) }
        for (number, round) in rounds.enumerated() {
            guard found.count > 1 || number == 0 else { break }
            for _ in 0..<round.runs {
                for index in found.indices.prefix(round.kept) {
                    let speed = probe.speed(product, found[index].variant)
                    found[index].speed = max(found[index].speed, speed)
                }
            }
            found.sort { $0.speed > $1.speed }
        }
        return found
    }
}
