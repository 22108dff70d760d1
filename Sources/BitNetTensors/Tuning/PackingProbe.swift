internal import CBitNetKernels

/// How fast one token's product reads ternary rows in each packing.
///
/// Measured on blanks, because a model is packed once, as it is loaded: all codes zero, which take as
/// long as any others.
public struct PackingSpeeds: Sendable {
    /// Weights per second, of the fastest variant.
    public let weights: [TernaryPacking: Double]
    /// How long measuring took, in seconds.
    public let seconds: Double

    /// What another packing must gain before it is taken, because two bits cost prompts less and because
    /// no measurement is exact.
    private static let margin = 1.1

    /// Two bits unless another packing was clearly faster.
    public var preferred: TernaryPacking {
        let twoBit = weights[.twoBit] ?? 0
        let best = weights.max { $0.value < $1.value }
        guard let best, best.value > Self.margin * twoBit else { return .twoBit }
        return best.key
    }
}

extension ComputeContext {
    /// Bytes of the blanks: more than the caches of most processors' cores together.
    private static let blankBytes = 64 << 20

    /// Measures the packings of rows of so many columns with all threads: some tens of milliseconds.
    ///
    /// Nil when memory is short.
    public func measurePackings(columns: Int) -> PackingSpeeds? {
        let start = ContinuousClock.now
        guard let memory = AlignedBuffer<UInt8>(count: Self.blankBytes, hugePages: true) else {
            return nil
        }
        memory.touch(pool)
        var speeds: [TernaryPacking: Double] = [:]
        for packing in TernaryPacking.allCases {
            guard let speed = speed(of: packing, columns, memory) else { return nil }
            speeds[packing] = speed
        }
        return PackingSpeeds(
            weights: speeds, seconds: (ContinuousClock.now - start).inSeconds)
    }

    /// Weights per second in one packing.
    private func speed(
        of packing: TernaryPacking, _ columns: Int, _ memory: AlignedBuffer<UInt8>
    ) -> Double? {
        // 4 MiB a turn, as of a model's own weights.
        let rows = (16 << 20) / columns / TernaryMatrix.panelRows * TernaryMatrix.panelRows
        guard rows > 0,
            let size = TernaryMatrix.byteCount(
                rows: rows, columns: columns, layout: .rows, packing: packing)
        else { return nil }
        let matrices = stride(from: 0, through: memory.count - size, by: size).map {
            TernaryMatrix(
                rows: rows, columns: columns, scale: 1, layout: .rows, packing: packing,
                memory: memory, offset: $0)
        }
        guard let probe = TuningProbe(TuningWeights(blanks: matrices), pool: pool) else {
            return nil
        }
        let found = Tuner(probe, .rows).measure(
            TunedProduct.rows.variants(of: sets), [(6, 1), (3, 3)])
        return found[0].speed * Double(rows * columns) / Double(size)
    }
}
