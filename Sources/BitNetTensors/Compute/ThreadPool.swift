internal import CBitNetKernels
internal import Synchronization

/// Threads that run the kernels: they spin between the steps of a token and park when idle.
///
/// Never Swift's cooperative pool, whose threads must not be blocked or spun on.
public final class ThreadPool: @unchecked Sendable {
    /// The number of workers, the calling thread included.
    public let workers: Int
    // @unchecked Sendable: the C pool has its own lock and takes one caller at a time.
    private let pool: OpaquePointer

    private let smallestParallelWork: Int

    private let runCount = Atomic(0)

    /// How often threads were synchronised: steps that ran in parallel.
    package var parallelRuns: Int { runCount.load(ordering: .relaxed) }

    /// Starts `workers - 1` threads; nil when the system refuses.
    public convenience init?(workers: Int) {
        self.init(workers: workers, smallestParallelWork: Self.smallestParallelWork)
    }

    /// The same with another threshold: tests make the smallest steps parallel with 0.
    package init?(workers: Int, smallestParallelWork: Int) {
        guard workers >= 1, let pool = bn_thread_pool_create(workers) else { return nil }
        self.workers = workers
        self.smallestParallelWork = smallestParallelWork
        self.pool = pool
    }

    deinit { bn_thread_pool_destroy(pool) }

    /// Runs `body` once on every worker, in parallel, and returns when all are done.
    ///
    /// Workers must write disjoint memory. Several callers take turns.
    public func run(_ body: (_ worker: Int, _ workers: Int) -> Void) {
        runCount.wrappingAdd(1, ordering: .relaxed)
        runClosure(pool, body)
    }

    /// Multiply-adds below which a step is done by the caller alone: a few microseconds, about what
    /// a barrier costs when a worker has just lost its processor.
    static let smallestParallelWork = 1 << 20

    /// Into how many parts a step of so much `work` (multiply-adds) is cut.
    func parts(work: Int) -> Int { work < smallestParallelWork ? 1 : workers }

    /// Like `run`, but a step of little `work` (multiply-adds) runs on the caller alone.
    func run(work: Int, _ body: (_ worker: Int, _ workers: Int) -> Void) {
        parts(work: work) == 1 ? body(0, 1) : run(body)
    }

    /// Runs `body` on the contiguous share of `count` items of each worker.
    ///
    /// Little `work` (multiply-adds), a single item or a single worker runs on the caller alone.
    public func split(_ count: Int, work: Int = .max, _ body: (Range<Int>) -> Void) {
        guard count > 1 else { return body(0..<count) }
        run(work: work) { worker, workers in
            let share = Self.share(count, worker, workers)
            if !share.isEmpty { body(share) }
        }
    }

    /// Like `split`, for work that can fail: throws the first error that a worker met.
    public func splitThrowing<Failure: Error>(
        _ count: Int, _ body: (Range<Int>) throws(Failure) -> Void
    ) throws(Failure) {
        let failure = Mutex<Failure?>(nil)
        split(count) { share in
            do throws(Failure) {
                try body(share)
            } catch {
                failure.withLock { $0 = $0 ?? error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// The contiguous share of `count` items of one worker; shares differ by at most one item.
    static func share(_ count: Int, _ worker: Int, _ workers: Int) -> Range<Int> {
        count * worker / workers..<count * (worker + 1) / workers
    }
}

/// `bn_thread_pool_run` of a closure: in C, with Swift's calling convention, because
/// `withoutActuallyEscaping` would allocate for every step.
@_silgen_name("bn_thread_pool_run_closure")
private func runClosure(_ pool: OpaquePointer, _ body: (_ worker: Int, _ workers: Int) -> Void)
