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
        runClosure(pool, 0, 1, body)
    }

    /// Runs `body` once on every worker; together they work `count` items off, each of them once.
    ///
    /// A worker claims some at a time, `grain` or more: at first its own, one ascending run, and then
    /// what slower workers have left. A step of little `work` (multiply-adds) runs on the caller alone.
    func run(
        items count: Int, grain: Int = 1, work: Int = .max,
        _ body: (_ worker: Int, _ items: inout WorkItems) -> Void
    ) {
        precondition(count >= 0 && count < 1 << 32, "\(count) items")
        guard parts(items: count, work: work) > 1 else {
            var items = WorkItems(alone: 0..<count)
            return body(0, &items)
        }
        runCount.wrappingAdd(1, ordering: .relaxed)
        let pool = pool
        runClosure(pool, count, grain) { worker, _ in
            var items = WorkItems(pool: pool, worker: worker)
            body(worker, &items)
        }
    }

    /// Says what the next step reads, `itemBytes` for each of its items, one after another: threads
    /// that wait meanwhile fetch the first of it.
    func announce(_ items: UnsafeRawPointer, count: Int, itemBytes: Int) {
        bn_thread_pool_announce(pool, items, count, itemBytes)
    }

    /// Threads that take part at present: fewer than `workers` while other processes keep some of them
    /// from running.
    package var activeWorkers: Int { bn_thread_pool_active(pool) }

    /// Multiply-adds below which a step is done by the caller alone: a few microseconds, about what
    /// a barrier costs when a worker has just lost its processor.
    static let smallestParallelWork = 1 << 20

    /// How many workers a step of `items` and so much `work` (multiply-adds) runs on.
    func parts(items: Int, work: Int) -> Int {
        items > 1 && work >= smallestParallelWork ? workers : 1
    }

    /// Runs `body` on ranges of `count` items that together are all of them, some for each worker.
    ///
    /// Little `work` (multiply-adds), a single item or a single worker runs on the caller alone.
    public func split(_ count: Int, work: Int = .max, _ body: (Range<Int>) -> Void) {
        let size = max(1, count / (Self.claimsPerWorker * workers))
        run(items: (count + size - 1) / size, work: work) {
            while let pieces = $1.next() {
                body(pieces.lowerBound * size..<min(pieces.upperBound * size, count))
            }
        }
    }

    /// A worker's share in about as many claims or fewer: a slow worker then delays the others little.
    private static let claimsPerWorker = 16

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
private func runClosure(
    _ pool: OpaquePointer, _ items: Int, _ grain: Int,
    _ body: (_ worker: Int, _ workers: Int) -> Void)

/// What a worker claims of a step's items, range by range.
struct WorkItems {
    private let pool: OpaquePointer?
    private let worker: Int
    private var rest: Range<Int>

    /// All of them, for a worker that is alone.
    init(alone range: Range<Int>) {
        pool = nil
        worker = 0
        rest = range
    }

    init(pool: OpaquePointer, worker: Int) {
        self.pool = pool
        self.worker = worker
        rest = 0..<0
    }

    /// The next range; nil when nothing is left.
    mutating func next() -> Range<Int>? {
        if let pool {
            var (first, end) = (0, 0)
            return bn_thread_pool_claim(pool, worker, &first, &end) ? first..<end : nil
        }
        defer { rest = rest.upperBound..<rest.upperBound }
        return rest.isEmpty ? nil : rest
    }
}
