/// Where a trainer's batches come from: any step's can be asked for, so that a run goes on from its
/// step number alone.
public protocol BatchSource: Sendable {
    /// This process's part of a step (from 1), in pieces that fit into the model's memory.
    ///
    /// Over all processes and pieces, the weights make the loss that is to fall.
    func pieces(step: Int) throws -> [TokenBatch]
    /// Targets of a step over all processes, as far as they are trained on.
    func targetCount(step: Int) throws -> Int
}

/// Windows of a data set, each once in an epoch, in an order shuffled by a seed.
public struct PretrainBatches: BatchSource {
    private let dataset: TokenDataset
    private let sampler: WindowSampler
    private let length: Int
    private let sequences: Int
    private let pieceRows: Int
    private let rank: Int
    private let size: Int

    /// Steps of `sequences` windows of `length` tokens, of which each of `size` processes takes an
    /// equal part, `pieceRows` at a time.
    public init(
        _ dataset: TokenDataset, length: Int, sequences: Int, pieceRows: Int, seed: UInt64,
        rank: Int = 0, size: Int = 1
    ) throws(TrainingError) {
        guard sequences % size == 0 else {
            throw TrainingError(
                .invalidConfiguration,
                "\(sequences) sequences a step cannot be shared equally by \(size) processes; "
                    + "choose a multiple with --batch")
        }
        self.dataset = dataset
        self.length = length
        self.sequences = sequences
        self.pieceRows = max(1, pieceRows)
        self.rank = rank
        self.size = size
        sampler = WindowSampler(windowCount: try dataset.windowCount(length: length), seed: seed)
    }

    /// Windows of an epoch.
    public var windowCount: Int { sampler.windowCount }

    /// All targets of a step.
    public func targetCount(step: Int) -> Int { sequences * length }

    /// The windows of one step, each target weighing the same.
    public func pieces(step: Int) throws(TrainingError) -> [TokenBatch] {
        let own = sequences / size
        let first = (step - 1) * sequences + rank * own
        let weight = 1 / Float(sequences * length)
        return stride(from: 0, to: own, by: pieceRows).map { start in
            let rows = min(pieceRows, own - start)
            var tokens: [Int32] = []
            tokens.reserveCapacity(rows * (length + 1))
            for row in 0..<rows {
                dataset.copyWindow(
                    sampler.window(at: first + start + row), length: length, into: &tokens)
            }
            return TokenBatch(
                rows: rows, length: length, tokens: tokens,
                weights: [Float](repeating: weight, count: rows * length))
        }
    }
}
