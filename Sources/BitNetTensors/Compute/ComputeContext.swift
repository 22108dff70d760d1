internal import CBitNetKernels

/// The kernels and the threads that a model computes with.
///
/// Operations are in extensions, by kind. All give the same bits for any number of threads.
public final class ComputeContext: Sendable {
    /// The implementation of the kernels.
    public let kernels: KernelSet
    /// The threads.
    public let pool: ThreadPool
    /// When zeros are left out; nil where a model measures it as it is loaded.
    public let sparsity: SparsityPolicy?

    /// The number of threads used when none is asked for: one for each processor in reach.
    public static var defaultThreadCount: Int { bn_cpu_count() }

    /// The largest number of threads that may be asked for.
    public static let maximumThreadCount = 1024

    /// Sets up kernels and threads; nil means the default.
    public init(
        threads: Int? = nil, kernels: KernelSet? = nil, sparsity: SparsityPolicy? = nil
    ) throws(KernelError) {
        let threads = threads ?? Self.defaultThreadCount
        guard threads >= 1, threads <= Self.maximumThreadCount else {
            throw KernelError(
                "\(threads) threads were asked for; expected 1 to \(Self.maximumThreadCount)")
        }
        self.kernels = if let kernels { kernels } else { try KernelSet.preferred() }
        guard let pool = ThreadPool(workers: threads) else {
            throw KernelError("the system refused to start \(threads) threads; ask for fewer")
        }
        self.pool = pool
        self.sparsity = if let sparsity { sparsity } else { try SparsityPolicy.pinned() }
    }

    /// Kernels with `pool`, for tests.
    package init(
        kernels: KernelSet, pool: ThreadPool, sparsity: SparsityPolicy? = nil
    ) {
        self.sparsity = sparsity
        self.kernels = kernels
        self.pool = pool
    }

    var table: bn_kernels { kernels.table.pointee }
}
