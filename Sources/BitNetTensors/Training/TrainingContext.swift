internal import CBitNetKernels

/// The kernels, threads and scratch memory of a training run.
///
/// Operations are in extensions. With the engine's own products all give the same bits for any
/// number of threads and on every instruction set; with a BLAS they do for one build of it and one
/// number of threads.
public final class TrainingContext: @unchecked Sendable {
    // @unchecked Sendable: the scratch of a worker is used by that worker alone.
    /// Kernels and threads.
    public let compute: ComputeContext
    /// The library for dense products; nil for the engine's own.
    public let blas: BLASLibrary?
    private let scratch: [AlignedBuffer<Float>]

    /// Scratch for attention over sequences of up to `positions`; nil when memory is short.
    public init?(_ compute: ComputeContext, positions: Int, blas: BLASLibrary? = nil) {
        self.compute = compute
        self.blas = blas
        let count = bn_training_attention_scratch(positions)
        let scratch = (0..<compute.pool.workers).compactMap { _ in
            AlignedBuffer<Float>(count: count)
        }
        guard scratch.count == compute.pool.workers else { return nil }
        self.scratch = scratch
    }

    var table: bn_training_kernels { compute.table.training.pointee }

    func scratch(_ worker: Int) -> UnsafeMutablePointer<Float> { scratch[worker].base }

    /// Runs `body` on the contiguous share of `count` items of each worker, with its number.
    func split(_ count: Int, work: Int, _ body: (_ share: Range<Int>, _ worker: Int) -> Void) {
        guard count > 0, compute.pool.parts(items: count, work: work) > 1 else {
            return count > 0 ? body(0..<count, 0) : ()
        }
        compute.pool.run { worker, workers in
            let share = ThreadPool.share(count, worker, workers)
            if !share.isEmpty { body(share, worker) }
        }
    }

    /// Float32 multiply-adds a second that the kernels reach on registers, all threads together.
    public func floatPeak() -> Double {
        let iterations = 4_000_000
        let best = (0..<5).map { _ in
            let start = ContinuousClock.now
            var counts = [UInt64](repeating: 0, count: compute.pool.workers)
            counts.withUnsafeMutableBufferPointer { counts in
                nonisolated(unsafe) let counts = counts
                compute.pool.run { worker, _ in
                    counts[worker] = self.table.float_peak(iterations)
                }
            }
            let elapsed = (ContinuousClock.now - start) / .seconds(1)
            return Double(counts.reduce(0, +)) / elapsed
        }
        return best.max() ?? 0
    }
}
