internal import CBitNetKernels

/// Buffers for the logits of a quantised head, made once; pages cost memory only once used.
public final class HeadScratch: @unchecked Sendable {
    // @unchecked Sendable: one owner at a time; a worker touches its own rows only.

    /// The most states whose logits are computed together.
    public static let stateLimit = 16
    /// The most candidates that are chosen by the high plane.
    public static let selectionLimit = 1024
    /// Rows whose logits are looked at together.
    static let blockRows = 1024
    /// Rows whose exact logits a worker computes in one go.
    static let refinedRows = 64

    /// Blocks of that many rows.
    static func blockCount(_ rows: Int) -> Int { (rows + blockRows - 1) / blockRows }

    let slots: [HeadSlot]
    let workers: Int
    let block: AlignedBuffer<Float>  // (workers, blockRows): logits on the way
    let targets: AlignedBuffer<bn_head_target>  // (stateLimit): of the scanned slots
    let listedHigh: AlignedBuffer<Int32>  // (workers, blockRows): exact sums of listed rows
    let listedLow: AlignedBuffer<Int32>  // (workers, blockRows)

    /// The slots in use whose candidates are chosen by the high plane.
    private(set) var scanned: [HeadSlot] = []

    /// Room for `head` and `workers`; nil when memory is short.
    public init?(_ head: QuantizedHead, workers: Int) {
        var slots: [HeadSlot] = []
        for _ in 0..<Self.stateLimit {
            guard let slot = HeadSlot(head, workers: workers) else { return nil }
            slots.append(slot)
        }
        let size = Self.blockRows * workers
        guard let block = AlignedBuffer<Float>(count: size),
            let targets = AlignedBuffer<bn_head_target>(count: Self.stateLimit),
            let listedHigh = AlignedBuffer<Int32>(count: size),
            let listedLow = AlignedBuffer<Int32>(count: size)
        else { return nil }
        self.slots = slots
        self.workers = workers
        self.block = block
        self.targets = targets
        self.listedHigh = listedHigh
        self.listedLow = listedLow
        scanned.reserveCapacity(Self.stateLimit)
    }

    /// Fills `scanned` and `targets`, of the first `states` slots; allocates nothing.
    func chooseScanned(of states: Int) {
        scanned.removeAll(keepingCapacity: true)
        for slot in slots[..<states] where !slot.isListed {
            targets[scanned.count] = slot.target
            scanned.append(slot)
        }
    }

    /// The tokens that `ComputeContext.greatest` has found for a state.
    public func found(_ index: Int) -> TokenLogits { slots[index].found }
}

/// What one state needs.
final class HeadSlot {
    let digits: AlignedBuffer<Int8>  // (2, padded columns)
    let highSums: AlignedBuffer<Int32>  // (rows): exact, or by first digits where rows are chosen
    let lowSums: AlignedBuffer<Int32>  // (rows)
    let indices: AlignedBuffer<UInt32>  // (rows): candidates, each block's from its first row on
    let values: AlignedBuffer<Float>  // (rows): their logits
    let counts: AlignedBuffer<Int>  // (blocks): how many
    let heaps: AlignedBuffer<Float>  // (workers, selectionLimit): the greatest logits so far
    let heapRows: AlignedBuffer<UInt32>  // (workers, selectionLimit): their rows

    var state: bn_head_state
    /// How many of the greatest logits are wanted, and which tokens in any case.
    var wanted = 1
    var including: [Int32] = []
    /// The tokens that may be found; nil for all.
    var mask: TokenMask?
    /// Whether all logits of `mask` are computed, from a list of its rows.
    var isListed = false
    /// What exact sums may add to a logit by the high plane and first digits, in units of the row's
    /// scale.
    var margin: Float = 0
    /// No logit below it is among the wanted.
    var least: Float = 0
    var found = TokenLogits(capacity: HeadScratch.selectionLimit)

    init?(_ head: QuantizedHead, workers: Int) {
        let limit = HeadScratch.selectionLimit * workers
        guard let digits = AlignedBuffer<Int8>(count: 2 * head.paddedColumns),
            let highSums = AlignedBuffer<Int32>(count: head.rows),
            let lowSums = AlignedBuffer<Int32>(count: head.rows),
            let indices = AlignedBuffer<UInt32>(count: head.rows),
            let values = AlignedBuffer<Float>(count: head.rows),
            let counts = AlignedBuffer<Int>(count: HeadScratch.blockCount(head.rows)),
            let heaps = AlignedBuffer<Float>(count: limit),
            let heapRows = AlignedBuffer<UInt32>(count: limit)
        else { return nil }
        self.digits = digits
        self.highSums = highSums
        self.lowSums = lowSums
        self.indices = indices
        self.values = values
        self.counts = counts
        self.heaps = heaps
        self.heapRows = heapRows
        state = bn_head_state(
            digits: digits.base, columns: head.paddedColumns, inverse_scale: 0, norm: 0, sum: 0,
            first_sum: 0, rest: 0)
    }

    /// Where its sums by first digits go.
    var target: bn_head_target {
        bn_head_target(digits: digits.base, digit_sum: state.first_sum, sums: highSums.base)
    }
}
