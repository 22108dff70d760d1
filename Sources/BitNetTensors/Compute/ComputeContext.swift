internal import CBitNetKernels

/// The kernels and the threads that a model computes with.
///
/// Operations are in extensions, by kind. All give the same bits for any number of threads.
public final class ComputeContext: Sendable {
    /// The implementation of the kernels.
    public let kernels: KernelSet
    /// The threads.
    public let pool: ThreadPool
    /// The variant of each product, and when zeros are left out.
    public let tuning: Tuning
    /// The same for the time when other processes leave one thread.
    public let tuningAlone: Tuning
    /// What is not to be measured.
    public let pins: TuningPins
    /// The sets of kernels that products may be taken from.
    let sets: [KernelSet]

    /// The number of threads used when none is asked for: one for each processor in reach.
    public static var defaultThreadCount: Int { bn_cpu_count() }

    /// The largest number of threads that may be asked for.
    public static let maximumThreadCount = 1024

    /// Sets up kernels and threads; nil means the default: products are then taken from all sets that
    /// can run here, unless `BITNET_ISA` names one.
    public init(
        threads: Int? = nil, kernels: KernelSet? = nil, sparsity: SparsityPolicy? = nil
    ) throws(KernelError) {
        let threads = threads ?? Self.defaultThreadCount
        guard threads >= 1, threads <= Self.maximumThreadCount else {
            throw KernelError(
                "\(threads) threads were asked for; expected 1 to \(Self.maximumThreadCount)")
        }
        let best = if let kernels { kernels } else { try KernelSet.preferred() }
        let isOpen = kernels == nil && !KernelSet.isPinned
        sets = isOpen ? KernelSet.available.filter { !$0.isReference || $0 == best } : [best]
        self.kernels = best
        guard let pool = ThreadPool(workers: threads) else {
            throw KernelError("the system refused to start \(threads) threads; ask for fewer")
        }
        self.pool = pool
        var pins = try TuningPins.ofEnvironment()
        if let sparsity { pins.skipping = sparsity }
        self.pins = pins
        tuning = pins.applied(to: Tuning(sets: sets))
        tuningAlone = tuning
    }

    /// Kernels with `pool`, for tests.
    package init(
        kernels: KernelSet, pool: ThreadPool, sparsity: SparsityPolicy? = nil,
        tuning: Tuning? = nil
    ) {
        self.kernels = kernels
        self.pool = pool
        sets = [kernels]
        pins = TuningPins(skipping: sparsity)
        self.tuning = pins.applied(to: tuning ?? Tuning(sets: sets))
        tuningAlone = self.tuning
    }

    private init(_ other: ComputeContext, _ tuning: Tuning, alone: Tuning) {
        kernels = other.kernels
        pool = other.pool
        sets = other.sets
        pins = other.pins
        self.tuning = tuning
        tuningAlone = alone
    }

    /// The same kernels and threads with another choice of variants, and one for a thread alone.
    public func tuned(_ tuning: Tuning, alone: Tuning? = nil) -> ComputeContext {
        ComputeContext(self, tuning, alone: alone ?? tuning)
    }

    /// The variant of a product for the threads that take part at present.
    func variant(_ product: TunedProduct) -> TuningVariant {
        pool.activeWorkers == 1 ? tuningAlone[product] : tuning[product]
    }

    var table: bn_kernels { kernels.table.pointee }
}
