/// The batches of a fine-tuning run's steps, and this process's pieces of them.
final class ItemBatches {
    /// What is trained on.
    let items: TuningItems
    /// The most tokens of a piece.
    let capacity: Int
    private let lengths: [Int]
    private let communicator: any Communicator
    private var batcher: SequenceBatcher

    init(
        _ items: TuningItems, batchTokens: Int, pieceTokens: Int, seed: UInt64,
        _ communicator: any Communicator
    ) throws(TrainingError) {
        self.items = items
        self.communicator = communicator
        lengths = items.rows.map { rows in rows.reduce(0) { $0 + $1.length } }
        capacity = max(items.width * items.longest, min(pieceTokens, batchTokens))
        batcher = try items.batcher(tokenBudget: batchTokens, seed: seed)
    }

    /// All items of a step, from 1.
    func batch(step: Int) -> SequenceBatch { batcher.batch(at: step - 1) }

    /// Positions of a step without padding.
    func tokens(step: Int) -> Int { batch(step: step).items.reduce(0) { $0 + lengths[$1] } }

    /// This process's share of a batch, in pieces of whole items that fit into memory.
    func pieces(_ batch: SequenceBatch) -> [SequenceBatch] {
        let count = batch.items.count
        let own =
            count * communicator.rank / communicator.size..<count * (communicator.rank + 1)
            / communicator.size
        let most = max(1, capacity / (items.width * batch.batch.length))
        return stride(from: own.lowerBound, to: own.upperBound, by: most).map { start in
            batch.items(start..<min(own.upperBound, start + most), width: items.width)
        }
    }
}

extension SequenceBatch {
    /// Some of the items, each of `width` rows.
    func items(_ range: Range<Int>, width: Int) -> SequenceBatch {
        let rows = range.lowerBound * width..<range.upperBound * width
        let length = batch.length
        let part = TokenBatch(
            rows: rows.count, length: length,
            tokens: Array(
                batch.tokens[rows.lowerBound * (length + 1)..<rows.upperBound * (length + 1)]),
            weights: Array(batch.weights[rows.lowerBound * length..<rows.upperBound * length]))
        return SequenceBatch(part, items: Array(items[range]))
    }
}
