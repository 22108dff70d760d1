internal import CBitNetKernels

/// Buffers for the logits of a quantised head, made once.
public final class HeadScratch: @unchecked Sendable {
    // @unchecked Sendable: one owner at a time; a worker touches its own rows only.
    let digits: AlignedBuffer<Int8>  // (2, padded columns)
    let highSums: AlignedBuffer<Int32>  // (rows)
    let lowSums: AlignedBuffer<Int32>  // (rows)
    let indices: AlignedBuffer<UInt32>  // (rows): candidates, each worker's from its first row on
    let values: AlignedBuffer<Float>  // (rows): their logits
    let counts: AlignedBuffer<Int>  // (workers, 8): how many
    let block: AlignedBuffer<Float>  // (workers, blockRows): logits on the way
    let heaps: AlignedBuffer<Float>  // (workers, selectionLimit): the greatest logits so far
    let heapRows: AlignedBuffer<UInt32>  // (workers, selectionLimit): their rows
    let workers: Int

    /// Rows whose logits are looked at together.
    static let blockRows = 1024
    /// The most candidates that are chosen by the high plane.
    public static let selectionLimit = 1024

    /// Room for `head` and `workers`; nil when memory is short.
    public init?(_ head: QuantizedHead, workers: Int) {
        guard let digits = AlignedBuffer<Int8>(count: 2 * head.paddedColumns),
            let highSums = AlignedBuffer<Int32>(count: head.rows),
            let lowSums = AlignedBuffer<Int32>(count: head.rows),
            let indices = AlignedBuffer<UInt32>(count: head.rows),
            let values = AlignedBuffer<Float>(count: head.rows),
            let counts = AlignedBuffer<Int>(count: 8 * workers),
            let block = AlignedBuffer<Float>(count: Self.blockRows * workers),
            let heaps = AlignedBuffer<Float>(count: Self.selectionLimit * workers),
            let heapRows = AlignedBuffer<UInt32>(count: Self.selectionLimit * workers)
        else { return nil }
        self.digits = digits
        self.highSums = highSums
        self.lowSums = lowSums
        self.indices = indices
        self.values = values
        self.counts = counts
        self.block = block
        self.heaps = heaps
        self.heapRows = heapRows
        self.workers = workers
    }

    func state(_ head: QuantizedHead) -> bn_head_state {
        bn_head_state(
            digits: digits.base, columns: head.paddedColumns, inverse_scale: 0, norm: 0, sum: 0)
    }
}
