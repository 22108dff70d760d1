internal import CBitNetKernels
internal import Synchronization

extension ComputeContext {
    /// Bytes per second that all threads together read from memory: the bound of decoding.
    ///
    /// Each thread reads its own part of `byteCount` bytes in 2 MiB pages, once a pass; the best of
    /// `passes` counts. Nil when memory is short. The memory is released before it returns.
    public func measureReadBandwidth(byteCount: Int = 512 << 20, passes: Int = 24) -> Double? {
        let share = byteCount / pool.workers / Self.probeStep * Self.probeStep
        guard share > 0, passes > 0,
            let memory = AlignedBuffer<UInt8>(count: share * pool.workers, hugePages: true)
        else { return nil }
        pool.run { worker, _ in
            // Written, so that every page exists.
            (memory.base + worker * share).update(repeating: 1, count: share)
        }
        let table = table
        let bits = Atomic<UInt64>(0)
        let best = bestDuration(passes) {
            pool.run { worker, _ in
                let part = table.read_stream(memory.base + worker * share, share)
                bits.bitwiseXor(part, ordering: .relaxed)
            }
        }
        return Double(share * pool.workers) / best
    }

    /// Int8 multiply-adds per second of all threads together, on registers: the bound of prefill.
    public func measureMultiplyAddPeak(passes: Int = 5) -> Double {
        var iterations = 1 << 12
        while bestDuration(1, { _ = multiplyAdds(iterations) }) < 0.02, iterations < 1 << 30 {
            iterations *= 2
        }
        let count = multiplyAdds(iterations)
        return Double(count) / bestDuration(max(passes, 1)) { _ = multiplyAdds(iterations) }
    }

    /// Bytes that the kernels read at a time.
    private static var probeStep: Int { 1024 }

    private func multiplyAdds(_ iterations: Int) -> UInt64 {
        let table = table
        let total = Atomic<UInt64>(0)
        pool.run { _, _ in
            total.wrappingAdd(table.multiply_add_peak(iterations), ordering: .relaxed)
        }
        return total.load(ordering: .relaxed)
    }

    /// The shortest of `passes` runs of `body`, in seconds.
    func bestDuration(_ passes: Int, _ body: () -> Void) -> Double {
        var best = Duration.seconds(3600)
        for _ in 0..<passes { best = min(best, ContinuousClock().measure(body)) }
        return max(best.inSeconds, 1e-9)
    }
}

extension Duration {
    /// Seconds, as a number.
    var inSeconds: Double { self / .seconds(1) }
}
