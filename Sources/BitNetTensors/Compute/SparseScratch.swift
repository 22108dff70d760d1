internal import CBitNetKernels

/// What a worker needs in a feed-forward layer: a block of up products, lists of what is not zero and
/// sums; made once.
public final class SparseScratch: @unchecked Sendable {
    // @unchecked Sendable: one owner at a time; a worker touches its own part only.
    /// When zeros are left out.
    let policy: SparsityPolicy
    /// The most tokens of a pass.
    let tokens: Int
    /// The most workers.
    let workers: Int
    /// Room of one list: the padded width of the widest feed-forward layer.
    let columns: Int
    /// Room of one set of sums: the padded outputs of its down projection.
    let outputs: Int
    private let indexMemory: AlignedBuffer<UInt32>  // (workers, columns)
    private let valueMemory: AlignedBuffer<Int8>  // (workers, columns)
    let sums: AlignedBuffer<Int32>  // (workers, outputs)
    private let blocks: AlignedBuffer<Float>  // (workers, blockCount)
    private let blockCount: Int
    private let counters: AlignedBuffer<Int>  // (workers, 16): see `Counter`

    /// What is counted, apart for each worker and a cache line each.
    enum Counter: Int {
        case gates, openGates, skippedRows, inputs, nonzeroInputs, skippedColumns
    }

    /// Rows that are computed together for several tokens.
    static let blockRows = 512

    /// Room for passes of up to `tokens` tokens through feed-forward layers of `width` values over a
    /// residual stream of `outputs`; nil when memory is short.
    public init?(
        workers: Int, tokens: Int, width: Int, outputs: Int, policy: SparsityPolicy = .standard
    ) {
        let columns = TernaryMatrix.padded(width)
        let outputs = TernaryMatrix.padded(outputs)
        guard workers >= 1, columns < 1 << 40, outputs < 1 << 40, (1...1 << 40).contains(tokens)
        else { return nil }
        blockCount = max(tokens * min(columns, Self.blockRows), columns)
        guard let blocks = AlignedBuffer<Float>(count: workers * blockCount),
            let indices = AlignedBuffer<UInt32>(count: workers * columns),
            let values = AlignedBuffer<Int8>(count: workers * columns),
            let sums = AlignedBuffer<Int32>(count: workers * outputs),
            let counters = AlignedBuffer<Int>(count: workers * 16)
        else { return nil }
        self.blocks = blocks
        self.policy = policy
        self.tokens = tokens
        self.workers = workers
        self.columns = columns
        self.outputs = outputs
        indexMemory = indices
        valueMemory = values
        self.sums = sums
        self.counters = counters
    }

    func indices(_ worker: Int) -> UnsafeMutablePointer<UInt32> {
        indexMemory.pointer(worker * columns)
    }

    func values(_ worker: Int) -> UnsafeMutablePointer<Int8> {
        valueMemory.pointer(worker * columns)
    }

    /// Room for up products: (tokens, block of rows), or (1, rows).
    func block(_ worker: Int) -> UnsafeMutablePointer<Float> {
        blocks.pointer(worker * blockCount)
    }

    func sums(_ worker: Int) -> UnsafeMutablePointer<Int32> { sums.pointer(worker * outputs) }

    func count(_ counter: Counter, _ amount: Int, _ worker: Int) {
        counters.pointer(16 * worker + counter.rawValue).pointee += amount
    }

    private func total(_ counter: Counter) -> Int {
        (0..<workers).reduce(0) { $0 + counters[16 * $1 + counter.rawValue] }
    }

    /// The share of gates at or below zero since the last reset, so of rows of up projections that
    /// are not needed; nil when none were computed.
    public var closedGateShare: Double? {
        let all = total(.gates)
        return all == 0 ? nil : 1 - Double(total(.openGates)) / Double(all)
    }

    /// The share of down projections' quantised inputs that are zero since the last reset.
    public var zeroInputShare: Double? {
        let all = total(.inputs)
        return all == 0 ? nil : 1 - Double(total(.nonzeroInputs)) / Double(all)
    }

    /// The shares of rows of up projections, and of columns of down projections, that were left out since
    /// the last reset: fewer than could have been where reading all of them is faster.
    public var skippedShares: (rows: Double, columns: Double) {
        func share(_ part: Counter, _ all: Counter) -> Double {
            total(all) == 0 ? 0 : Double(total(part)) / Double(total(all))
        }
        return (share(.skippedRows, .gates), share(.skippedColumns, .inputs))
    }

    /// Starts counting anew.
    public func resetCounts() {
        for index in 0..<workers * 16 { counters[index] = 0 }
    }
}
