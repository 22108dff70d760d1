import BitNetModels
import BitNetTensors
import BitNetTestSupport
import Foundation
import Testing

/// A sequence's logits do not depend on what else is computed with it.
@Suite struct BatchDeterminismTests {
    @Test(arguments: DeterminismTests.cases)
    func sequencesInABatchAreAsAlone(_ path: String, _ format: KeyValueFormat) throws {
        let model = try BitNetModel.fixture(path)
        let prompts = [1, 40, 3, 17, 26].enumerated().map {
            DeterminismTests.prompt($1, seed: UInt64(10 + $0))
        }
        let alone = try prompts.map { bits(try ModelRun(model, format: format).append($0)) }
        let runs = try prompts.map { _ in try ModelRun(model, format: format) }
        var together = prompts.map { _ in [[UInt32]]() }
        var generator = SeededGenerator(seed: 77)
        while let pass = randomPass(prompts, runs, &generator) {
            try model.forward(pass.chunks, runs[0].workspace) { row in
                together[pass.sequences[row.chunk]].append(row.logits.map(\.bitPattern))
            }
        }
        #expect(together == alone)
    }

    /// Some sequences, in random order, each with a random part of what it lacks; nil at the end.
    private func randomPass(
        _ prompts: [[Int32]], _ runs: [ModelRun], _ generator: inout SeededGenerator
    ) -> (chunks: [SequenceChunk], sequences: [Int])? {
        let open = prompts.indices.filter { runs[$0].cache.count < prompts[$0].count }
        guard !open.isEmpty else { return nil }
        let chosen = open.shuffled(using: &generator)
            .prefix(Int.random(in: 1...open.count, using: &generator))
        let chunks = chosen.map { index in
            let rest = prompts[index][runs[index].cache.count...]
            let count = Int.random(in: 1...min(rest.count, 12), using: &generator)
            return SequenceChunk(
                cache: runs[index].cache, tokens: Array(rest.prefix(count)), outputs: .all)
        }
        return (chunks, Array(chosen))
    }

    /// Caches of several formats and of different capacities may share a pass.
    @Test func formatsAndCapacitiesMayBeMixed() throws {
        let model = try BitNetModel.fixture("bitnet-odd/packed")
        let prompt = DeterminismTests.prompt(15)
        let half = try ModelRun(model, capacity: 15, format: .float16)
        let full = try ModelRun(model, capacity: 100, format: .float32)
        var rows: [[[Float]]] = [[], []]
        try model.forward(
            [half, full].map { SequenceChunk(cache: $0.cache, tokens: prompt, outputs: .all) },
            full.workspace
        ) { rows[$0.chunk].append($0.logits) }
        for (format, received) in zip([KeyValueFormat.float16, .float32], rows) {
            let alone = try ModelRun(model, format: format).append(prompt)
            #expect(bits(received) == bits(alone))
        }
        #expect(bits(rows[0]) != bits(rows[1]))
    }

    /// Callers on different threads share the model and its threads.
    @Test func concurrentPassesDoNotDisturbEachOther() throws {
        let pool = try #require(ThreadPool(workers: 2, smallestParallelWork: 0))
        let model = try BitNetModel.load(
            path: Fixtures.path("bitnet-128/packed"),
            compute: ComputeContext(kernels: try KernelSet.preferred(), pool: pool))
        let prompts = (0..<4).map { DeterminismTests.prompt(24, seed: UInt64(30 + $0)) }
        let alone = try prompts.map { bits(try ModelRun(model).append($0)) }
        let results = Results(count: prompts.count)
        DispatchQueue.concurrentPerform(iterations: prompts.count) { index in
            for _ in 0..<3 {
                let rows = (try? ModelRun(model).append(prompts[index], step: 5)) ?? []
                results.add(bits(rows) == alone[index], at: index)
            }
        }
        #expect(results.all == [3, 3, 3, 3])
    }

    @Test func repeatedRunsAgree() throws {
        let prompt = DeterminismTests.prompt(33)
        for path in DeterminismTests.models {
            let expected = bits(try ModelRun(BitNetModel.fixture(path)).append(prompt))
            for _ in 0..<5 {
                #expect(bits(try ModelRun(BitNetModel.fixture(path)).append(prompt)) == expected)
            }
        }
    }

    /// How many runs of each sequence were right.
    private final class Results: @unchecked Sendable {
        // @unchecked Sendable: guarded by `lock`.
        private let lock = NSLock()
        private var counts: [Int]

        init(count: Int) { counts = Array(repeating: 0, count: count) }

        func add(_ isRight: Bool, at index: Int) {
            lock.withLock { counts[index] += isRight ? 1 : 0 }
        }

        var all: [Int] { lock.withLock { counts } }
    }
}
