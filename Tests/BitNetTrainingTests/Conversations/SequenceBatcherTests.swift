import BitNetTestSupport
import BitNetTraining
import Testing

/// Batches of sequences of unequal length.
@Suite struct SequenceBatcherTests {
    /// Sequences whose tokens say which sequence and place they are.
    private static func sequences(_ lengths: [Int]) -> [TrainingSequence] {
        lengths.enumerated().map { index, length in
            TrainingSequence(
                tokens: (0...length).map { Int32(1000 * index + $0) },
                weights: (0..<length).map { $0 % 3 == 0 ? 0 : 1 })
        }
    }

    private func parts(_ batch: SequenceBatch) -> (TokenBatch, [Int]) { (batch.batch, batch.items) }

    private static func randomLengths(_ count: Int, upTo longest: Int, seed: UInt64) -> [Int] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Int.random(in: 1...longest, using: &random) }
    }

    @Test(arguments: [(1, 5, 5), (7, 1, 3), (100, 50, 200), (333, 100, 100), (50, 9, 10_000)])
    func anEpochTakesEverySequenceOnce(count: Int, longest: Int, budget: Int) throws {
        let lengths = Self.randomLengths(count, upTo: longest, seed: 3)
        var batcher = try SequenceBatcher(
            Self.sequences(lengths), tokenBudget: budget, seed: 8)
        for epoch in 0..<3 {
            let steps = batcher.batchesPerEpoch * epoch..<batcher.batchesPerEpoch * (epoch + 1)
            var seen: [Int] = []
            for step in steps {
                let step = batcher.batch(at: step)
                #expect(step.batch.rows * step.batch.length <= budget)
                seen += step.items
            }
            #expect(seen.sorted() == Array(0..<count))
        }
    }

    @Test func rowsAreTheSequencesWithPaddingThatDoesNotCount() throws {
        let lengths = Self.randomLengths(60, upTo: 40, seed: 5)
        let sequences = Self.sequences(lengths)
        var batcher = try SequenceBatcher(sequences, tokenBudget: 120, seed: 1)
        for step in 0..<batcher.batchesPerEpoch {
            let (batch, items) = parts(batcher.batch(at: step))
            #expect(batch.tokens.count == batch.rows * (batch.length + 1))
            #expect(batch.weights.count == batch.rows * batch.length)
            #expect(items.count == batch.rows)
            for (row, item) in items.enumerated() {
                let sequence = sequences[item]
                let tokens = batch.tokens[row * (batch.length + 1)..<(row + 1) * (batch.length + 1)]
                let weights = batch.weights[row * batch.length..<(row + 1) * batch.length]
                #expect(tokens.starts(with: sequence.tokens))
                #expect(
                    tokens.dropFirst(sequence.tokens.count).allSatisfy(sequence.tokens.contains))
                #expect(weights.starts(with: sequence.weights))
                #expect(weights.dropFirst(sequence.length).allSatisfy { $0 == 0 })
            }
            let expected = items.reduce(0) { $0 + sequences[$1].trainedCount }
            #expect(SequenceBatch(batch, items: items).totalWeight == Float(expected))
        }
    }

    @Test func littleIsPadding() throws {
        let lengths = Self.randomLengths(2000, upTo: 300, seed: 6)
        var batcher = try SequenceBatcher(Self.sequences(lengths), tokenBudget: 2048, seed: 2)
        var positions = 0
        for step in 0..<batcher.batchesPerEpoch {
            let (batch, _) = parts(batcher.batch(at: step))
            positions += batch.rows * batch.length
        }
        #expect(Double(positions) < 1.15 * Double(lengths.reduce(0, +)))
    }

    @Test func aStepDependsOnSeedAndNumberOnly() throws {
        let sequences = Self.sequences(Self.randomLengths(80, upTo: 30, seed: 7))
        var first = try SequenceBatcher(sequences, tokenBudget: 90, seed: 11)
        let count = first.batchesPerEpoch
        let inOrder = (0..<3 * count).map { first.batch(at: $0) }
        for step in inOrder.indices.reversed() {
            var fresh = try SequenceBatcher(sequences, tokenBudget: 90, seed: 11)
            for again in [fresh.batch(at: step), first.batch(at: step)] {
                #expect(again.items == inOrder[step].items)
                #expect(again.batch.tokens == inOrder[step].batch.tokens)
                #expect(again.batch.weights == inOrder[step].batch.weights)
            }
        }
        let epochs = [inOrder[..<count].map(\.items), inOrder[count..<2 * count].map(\.items)]
        #expect(epochs[0] != epochs[1])
        #expect(Set(epochs[0].map(Set.init)) != Set(epochs[1].map(Set.init)))
        var other = try SequenceBatcher(sequences, tokenBudget: 90, seed: 12)
        #expect((0..<count).map { other.batch(at: $0).items } != epochs[0])
    }

    /// The order is part of what a resumed run relies on; it must not change with a release.
    @Test func theOrderIsPinned() throws {
        let sequences = Self.sequences([4, 4, 4, 4, 2, 2, 2, 2])
        var batcher = try SequenceBatcher(sequences, tokenBudget: 8, seed: 1)
        let items = (0..<batcher.batchesPerEpoch).map { batcher.batch(at: $0).items }
        #expect(items == [[3, 2], [1, 0], [4, 6, 5, 7]])
    }

    @Test func thePairsOfPreferencesStayTogether() throws {
        let chosen = Self.sequences(Self.randomLengths(30, upTo: 20, seed: 1))
        let rejected = Self.sequences(Self.randomLengths(30, upTo: 20, seed: 2))
        let pairs = zip(chosen, rejected).map { PreferencePair(chosen: $0, rejected: $1) }
        var batcher = try SequenceBatcher(pairs, tokenBudget: 100, seed: 3)
        var seen: [Int] = []
        for step in 0..<batcher.batchesPerEpoch {
            let (batch, items) = parts(batcher.batch(at: step))
            #expect(batch.rows == 2 * items.count)
            #expect(batch.rows * batch.length <= 100)
            for (index, item) in items.enumerated() {
                for (side, sequence) in [pairs[item].chosen, pairs[item].rejected].enumerated() {
                    let start = (2 * index + side) * (batch.length + 1)
                    #expect(batch.tokens[start...].starts(with: sequence.tokens))
                }
            }
            seen += items
        }
        #expect(seen.sorted() == Array(0..<30))
    }

    @Test func rowsAreSummedAndScaledEachByItself() {
        let tokens = TokenBatch(
            rows: 2, length: 2, tokens: [1, 2, 3, 4, 5, 5], weights: [0, 1, 0.5, 0])
        let batch = SequenceBatch(tokens, items: [7])
        #expect(batch.rowSums([9, 3, 4, 9]) == [3, 2])
        #expect(batch.scaled(by: [2, -4]).weights == [0, 2, -2, 0])
        #expect(batch.totalWeight == 1.5)
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let empty = #expect(throws: TrainingError.self) {
            try SequenceBatcher([TrainingSequence](), tokenBudget: 8, seed: 1)
        }
        #expect(empty?.code == .invalidData)
        let long = #expect(throws: TrainingError.self) {
            try SequenceBatcher(Self.sequences([3, 9]), tokenBudget: 8, seed: 1)
        }
        #expect(long?.message.contains("1 × 9 tokens; expected at most the 8") == true)
        let pair = PreferencePair(chosen: Self.sequences([5])[0], rejected: Self.sequences([2])[0])
        #expect(throws: TrainingError.self) {
            try SequenceBatcher([pair], tokenBudget: 9, seed: 1)
        }
    }
}
