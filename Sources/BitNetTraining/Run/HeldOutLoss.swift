/// The mean negative log-likelihood of tokens that are kept out of training.
public struct HeldOutLoss {
    private let dataset: TokenDataset
    private let length: Int
    private let rows: Int
    private let windows: [Int]
    private let communicator: any Communicator

    /// A measurement over all consecutive windows of `length` tokens, or over `limit` of them spread
    /// evenly, `rows` at a time; processes share the work.
    public init(
        _ dataset: TokenDataset, length: Int, rows: Int, limit: Int = .max,
        _ communicator: any Communicator = SingleProcess()
    ) throws(TrainingError) {
        self.dataset = dataset
        self.length = length
        self.rows = max(1, rows)
        self.communicator = communicator
        let count = try dataset.windowCount(length: length)
        let taken = min(count, limit)
        windows = (0..<taken).map { $0 * count / taken }
    }

    /// The loss in nats a token.
    public func measure(
        _ model: TrainableModel, progress: ((Double) -> Void)? = nil
    ) throws -> Double {
        var sum = 0.0
        var count = 0.0
        let own = stride(from: communicator.rank, to: windows.count, by: communicator.size)
            .map { windows[$0] }
        for start in stride(from: 0, to: own.count, by: rows) {
            let part = own[start..<min(own.count, start + rows)]
            var tokens: [Int32] = []
            for window in part { dataset.copyWindow(window, length: length, into: &tokens) }
            let losses = try model.losses(
                TokenBatch(rows: part.count, length: length, tokens: tokens))
            for loss in losses { sum += Double(loss) }
            count += Double(losses.count)
            progress?(Double(start + part.count) / Double(own.count))
        }
        let totals = try communicator.sum([sum, count])
        return totals[0] / max(totals[1], 1)
    }
}
