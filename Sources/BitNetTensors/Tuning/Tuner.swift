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
        guard let probe = TuningProbe(weights, pool: pool) else { return nil }
        let start = ContinuousClock.now
        var report = measureTuning(probe, weights, isThorough: isThorough)
        if pool.workers > 1, !isThorough {
            probe.isAlone = true
            report.alone = measureTuning(probe, weights, isThorough: false).tuning
        }
        report.seconds = (ContinuousClock.now - start).inSeconds
        return report
    }

    private func measureTuning(
        _ probe: TuningProbe, _ weights: TuningWeights, isThorough: Bool
    ) -> TuningReport {
        var report = TuningReport(tuning: tuning, alone: tuning)
        for product in TunedProduct.allCases where weights.has(product) {
            let isPinned = pins.variants[product] != nil
            let pinned = isPinned ? [tuning[product]] : []
            let others = product.variants(of: sets).filter { !pinned.contains($0) }
            let variants = isPinned && !isThorough ? pinned : pinned + others
            let found = Tuner(probe, product).measure(variants, isThorough: isThorough)
            if !isPinned, let best = found.first { report.tuning[product] = best.variant }
            report.products.append((product, found))
        }
        report.tuning.skipping = pins.skipping ?? report.skipping
        report.alone = report.tuning
        return report
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
/// All variants run once, then the better ones again and again: what another process takes away for
/// a moment hits one run of a variant, and its best run counts.
private struct Tuner {
    private let probe: TuningProbe
    private let product: TunedProduct

    init(_ probe: TuningProbe, _ product: TunedProduct) {
        self.probe = probe
        self.product = product
    }

    /// Variants kept for each round, and how often they run in it.
    private static let rounds = [(kept: Int.max, runs: 2), (kept: 6, runs: 3), (kept: 3, runs: 6)]
    private static let thoroughRounds = [(kept: Int.max, runs: 8)]

    /// The variants with their speeds, fastest first.
    func measure(_ variants: [TuningVariant], isThorough: Bool) -> [MeasuredVariant] {
        var found = variants.map { MeasuredVariant(variant: $0, speed: 0) }
        var turn = 0
        for round in isThorough ? Self.thoroughRounds : Self.rounds {
            guard found.count > 1 || isThorough || turn == 0 else { break }
            for _ in 0..<round.runs {
                for index in found.indices.prefix(round.kept) {
                    let speed = probe.speed(product, found[index].variant, turn: turn)
                    found[index].speed = max(found[index].speed, speed)
                    turn += 1
                }
            }
            found.sort { $0.speed > $1.speed }
        }
        return found
    }
}
