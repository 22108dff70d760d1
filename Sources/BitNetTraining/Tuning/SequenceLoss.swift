/// Losses of all items of a set, computed once, in batches that the processes share.
struct SequenceLoss {
    let items: TuningItems
    let capacity: Int
    let communicator: any Communicator

    /// The weighted sum of the losses of each row, item by item, over all processes.
    func rowSums(_ model: TrainableModel, progress: ((Double) -> Void)?) throws -> [Double] {
        var batcher = try items.batcher(tokenBudget: capacity, seed: 0)
        let width = items.width
        var sums = [Double](repeating: 0, count: items.count * width)
        let count = batcher.batchesPerEpoch
        for step in stride(from: communicator.rank, to: count, by: communicator.size) {
            let batch = batcher.batch(at: step)
            let rows = batch.rowSums(try model.losses(batch.batch))
            for (place, item) in batch.items.enumerated() {
                for row in 0..<width { sums[item * width + row] = rows[place * width + row] }
            }
            progress?(Double(step + 1) / Double(count))
        }
        return try communicator.sum(sums)
    }

    /// The mean loss of the learned tokens.
    func mean(_ model: TrainableModel, progress: ((Double) -> Void)?) throws -> Double {
        let tokens = items.rows.joined().reduce(0) { $0 + $1.trainedCount }
        return try rowSums(model, progress: progress).reduce(0, +) / Double(max(1, tokens))
    }
}
