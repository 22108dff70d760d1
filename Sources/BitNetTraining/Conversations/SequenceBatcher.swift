/// Puts sequences of unequal length into batches, in another order in every epoch.
///
/// Every epoch has the same number of batches and takes every item exactly once. A batch depends
/// on the data, the seed and the step's number only, so a run goes on from any step. Sequences of
/// similar length share a batch, so little is padding.
public struct SequenceBatcher: Sendable {
    /// Items of similar length, and how many batches they make.
    struct Group: Sendable {
        var items: [Int]
        var batchCount: Int
    }

    /// The rows of each item: one sequence, or the two of a pair.
    private let rows: [[TrainingSequence]]
    private let groups: [Group]
    private let seed: UInt64
    /// The batches of the epoch that was asked for last.
    private var plan: (epoch: Int, batches: [[Int]])?

    /// The number of batches of an epoch.
    public let batchesPerEpoch: Int

    /// Batches of sequences.
    ///
    /// - Parameters:
    ///   - sequences: At least one, each of length 1 or more.
    ///   - tokenBudget: The greatest number of positions in a batch, padding included; at least
    ///     the length of the longest sequence.
    ///   - seed: What the order depends on.
    public init(
        _ sequences: [TrainingSequence], tokenBudget: Int, seed: UInt64
    ) throws(TrainingError) {
        try self.init(rows: sequences.map { [$0] }, tokenBudget: tokenBudget, seed: seed)
    }

    /// Batches of pairs: rows 2i and 2i + 1 are the chosen and the rejected answer of `items[i]`.
    public init(
        _ pairs: [PreferencePair], tokenBudget: Int, seed: UInt64
    ) throws(TrainingError) {
        try self.init(
            rows: pairs.map { [$0.chosen, $0.rejected] }, tokenBudget: tokenBudget, seed: seed)
    }

    private init(
        rows: [[TrainingSequence]], tokenBudget: Int, seed: UInt64
    ) throws(TrainingError) {
        guard let width = rows.first?.count else {
            throw TrainingError(.invalidData, "there are no sequences; expected at least one")
        }
        let lengths = rows.map { row in row.map(\.length).max() ?? 0 }
        guard let longest = lengths.max(), longest <= tokenBudget / width else {
            throw TrainingError(
                .invalidConfiguration,
                "the longest item takes \(width) × \(lengths.max() ?? 0) tokens; expected at most "
                    + "the \(tokenBudget) of a batch (give a batch more tokens, or cut sequences)")
        }
        self.rows = rows
        self.seed = seed
        groups = Self.group(lengths, tokenBudget / width)
        batchesPerEpoch = groups.reduce(0) { $0 + $1.batchCount }
    }

    /// The batch of a step, from 0.
    ///
    /// Cost: the rows' tokens; linear in the number of items at the first step of an epoch.
    public mutating func batch(at step: Int) -> SequenceBatch {
        precondition(step >= 0, "steps count from 0")
        let (epoch, index) = step.quotientAndRemainder(dividingBy: batchesPerEpoch)
        let batches = plan?.epoch == epoch ? plan?.batches ?? [] : self.batches(of: epoch)
        plan = (epoch, batches)
        return pad(batches[index])
    }

    /// The rows of `items`, padded to the longest of them with the row's own last token.
    private func pad(_ items: [Int]) -> SequenceBatch {
        let rows = items.flatMap { self.rows[$0] }
        let length = rows.map(\.length).max() ?? 0
        var tokens: [Int32] = []
        tokens.reserveCapacity(rows.count * (length + 1))
        var weights: [Float] = []
        weights.reserveCapacity(rows.count * length)
        for row in rows {
            let padding = length - row.length
            tokens += row.tokens
            tokens += repeatElement(row.tokens.last ?? 0, count: padding)
            weights += row.weights
            weights += repeatElement(0, count: padding)
        }
        let batch = TokenBatch(rows: rows.count, length: length, tokens: tokens, weights: weights)
        return SequenceBatch(batch, items: items)
    }
}

extension SequenceBatcher {
    /// Groups items from the longest to the shortest.
    ///
    /// A group has at least as many items as a batch of its longest one holds, and then all that
    /// are no shorter than three quarters of it, so that only in a group of one batch can more than
    /// a quarter be padding.
    private static func group(_ lengths: [Int], _ budget: Int) -> [Group] {
        let sorted = lengths.indices.sorted { (-lengths[$0], $0) < (-lengths[$1], $1) }
        var groups: [Group] = []
        var start = 0
        while start < sorted.count {
            let longest = max(lengths[sorted[start]], 1)
            let capacity = budget / longest
            var end = min(start + capacity, sorted.count)
            while end < sorted.count, 4 * lengths[sorted[end]] >= 3 * longest { end += 1 }
            let count = end - start
            groups.append(
                Group(
                    items: Array(sorted[start..<end]), batchCount: (count + capacity - 1) / capacity
                ))
            start = end
        }
        return groups
    }

    /// The items of each batch of an epoch: within groups shuffled and dealt out evenly, then all
    /// batches shuffled.
    private func batches(of epoch: Int) -> [[Int]] {
        var random = SplitMix(seed: seed, stream: UInt64(epoch))
        var batches: [[Int]] = []
        batches.reserveCapacity(batchesPerEpoch)
        for group in groups {
            var items = group.items
            random.shuffle(&items)
            for index in 0..<group.batchCount {
                let start = items.count * index / group.batchCount
                let end = items.count * (index + 1) / group.batchCount
                batches.append(Array(items[start..<end]))
            }
        }
        random.shuffle(&batches)
        return batches
    }
}
