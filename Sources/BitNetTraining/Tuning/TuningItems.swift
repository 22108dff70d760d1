/// What is fine-tuned on: sequences, or pairs of them.
public enum TuningItems: Sendable {
    /// Conversations.
    case sequences([TrainingSequence])
    /// Preferences.
    case pairs([PreferencePair])

    /// The rows of each item: one sequence, or the chosen and the rejected one.
    var rows: [[TrainingSequence]] {
        switch self {
        case .sequences(let sequences): sequences.map { [$0] }
        case .pairs(let pairs): pairs.map { [$0.chosen, $0.rejected] }
        }
    }

    /// How many there are.
    public var count: Int {
        switch self {
        case .sequences(let sequences): sequences.count
        case .pairs(let pairs): pairs.count
        }
    }

    /// The rows of an item.
    public var width: Int {
        switch self {
        case .sequences: 1
        case .pairs: 2
        }
    }

    /// The length of the longest row.
    public var longest: Int { rows.joined().map(\.length).max() ?? 0 }

    /// Positions of all rows together.
    public var positions: Int { rows.joined().reduce(0) { $0 + $1.length } }

    /// Their batches.
    func batcher(tokenBudget: Int, seed: UInt64) throws(TrainingError) -> SequenceBatcher {
        switch self {
        case .sequences(let sequences):
            try SequenceBatcher(sequences, tokenBudget: tokenBudget, seed: seed)
        case .pairs(let pairs): try SequenceBatcher(pairs, tokenBudget: tokenBudget, seed: seed)
        }
    }

    /// A checksum of all tokens and of which are learned.
    var fingerprint: UInt64 {
        var checksum = Checksum()
        for row in rows.joined() {
            // Token, and whether the loss counts that predicts it; 8 bytes as the checksum wants.
            for (index, token) in row.tokens.enumerated() {
                let isLearned = index > 0 && row.weights[index - 1] != 0
                let word = UInt64(UInt32(bitPattern: token)) | (isLearned ? 1 << 32 : 0)
                checksum.append((0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) })
            }
            checksum.append([UInt8](repeating: 0xFF, count: 8))
        }
        return checksum.value
    }
}

extension ChatDataset {
    /// The sequences to train on, and those of a share of the conversations that is held out: chosen
    /// by the seed, at least one conversation, none of them in both.
    public func split(
        heldOut fraction: Double, seed: UInt64
    ) throws(TrainingError) -> (train: [TrainingSequence], heldOut: [TrainingSequence]) {
        guard (0..<1).contains(fraction) else {
            throw TrainingError(
                .invalidConfiguration,
                "held-out: expected a fraction from 0 to less than 1, found \(fraction)")
        }
        guard fraction > 0 else { return (sequences, []) }
        guard conversations.count > 1 else {
            throw TrainingError(
                .invalidData,
                "there is one conversation only, so none can be held out; expected two or more, or "
                    + "a fraction of 0")
        }
        var order = Array(conversations.indices)
        var random = SplitMix(seed: seed, stream: .max)
        random.shuffle(&order)
        let share = Int((Double(order.count) * fraction).rounded())
        let count = min(max(1, share), order.count - 1)
        func chosen(_ indices: ArraySlice<Int>) -> [TrainingSequence] {
            indices.sorted().flatMap { sequences[conversations[$0]] }
        }
        return (chosen(order[count...]), chosen(order[..<count]))
    }
}
