import BitNetModels
import BitNetTensors
import BitNetTestSupport
import Testing

/// Quantised heads, single decode steps and zeros left out: the logits are the same bits.
@Suite struct HeadAndZerosTests {
    private static let models = ["bitnet-odd/packed", "bitnet-128/model-i2_s.gguf", "kjv-tiny"]

    private static func load(
        _ path: String, threads: Int = 2, kernels: KernelSet? = nil,
        head: HeadPrecision = .stored, sparsity: SparsityPolicy? = nil
    ) throws -> BitNetModel {
        let pool = try #require(ThreadPool(workers: threads, smallestParallelWork: 0))
        let compute = ComputeContext(
            kernels: try kernels ?? KernelSet.preferred(), pool: pool, sparsity: sparsity)
        return try BitNetModel.load(
            path: path == BundledModel.name ? path : Fixtures.path(path), compute: compute,
            head: head)
    }

    /// A prompt in passes of 1, 2, 5, 13 and more tokens, whatever is skipped.
    @Test(arguments: models) func zerosMayBeLeftOut(_ path: String) throws {
        let prompt = DeterminismTests.prompt(40, seed: 11)
        let expected = bits(
            try ModelRun(Self.load(path, threads: 1, sparsity: .never)).append(prompt))
        for kernels in KernelSet.available {
            for policy in [SparsityPolicy.never, .always] {
                let model = try Self.load(path, kernels: kernels, sparsity: policy)
                for step in [1, 2, 5, 13, 40] {
                    let run = try ModelRun(model)
                    #expect(
                        bits(try run.append(prompt, step: step)) == expected,
                        "\(kernels.name), \(policy), steps of \(step)")
                }
            }
        }
    }

    @Test(arguments: models, [HeadPrecision.stored, .bits8, .bits4])
    func decodeEqualsForward(_ path: String, _ head: HeadPrecision) throws {
        let prompt = DeterminismTests.prompt(24, seed: 12)
        let model = try Self.load(path, head: head)
        let expected = try ModelRun(model).append(prompt)
        for threads in [1, 3] {
            let run = try ModelRun(try Self.load(path, threads: threads, head: head))
            for (index, token) in prompt.enumerated() {
                var all: [Float] = []
                try run.model.decode(token, run.cache, run.workspace) { all = $0.logits }
                #expect(bits([all]) == bits([expected[index]]))
                run.cache.truncate(to: index)
                try run.model.decode(
                    token, run.cache, run.workspace,
                    selection: .greatest(count: 7, including: [5])
                ) { row in
                    Self.check(row, count: 7, including: 5, all: expected[index])
                }
            }
        }
    }

    private static func check(_ row: LogitsRow, count: Int, including: Int32, all: [Float]) {
        let tokens = row.tokens ?? all.indices.map { Int32($0) }
        #expect(bits([row.logits]) == bits([tokens.map { all[Int($0)] }]))
        let greatest = all.indices.sorted { all[$0] > all[$1] }.prefix(count)
        #expect(Set(tokens).isSuperset(of: greatest.map { Int32($0) }))
        #expect(tokens.contains(including))
    }

    /// Logits of the 8-bit head are near those of the stored one; the stored one is not touched.
    @Test(arguments: models) func eightBitsAreNearTheStoredHead(_ path: String) throws {
        let prompt = DeterminismTests.prompt(32, seed: 13)
        let stored = try ModelRun(Self.load(path)).append(prompt)
        let quantized = try ModelRun(Self.load(path, head: .bits8)).append(prompt)
        for (a, b) in zip(stored, quantized) {
            let range = (a.max() ?? 0) - (a.min() ?? 0)
            #expect(zip(a, b).allSatisfy { abs($0 - $1) < 0.01 * range })
        }
        let automatic = try ModelRun(Self.load(path, head: .automatic)).append(prompt)
        #expect(bits(automatic) == bits(stored), "small heads stay as stored")
    }

    /// Several sequences in a pass, each with its own selection.
    @Test func selectionsAreEachChunksOwn() throws {
        let model = try Self.load("kjv-tiny", head: .bits8)
        let first = try ModelRun(model)
        let second = try ModelRun(model)
        let prompt = DeterminismTests.prompt(9, seed: 14)
        let expected = try ModelRun(model).append(prompt)
        var rows: [LogitsRow] = []
        try model.forward(
            [
                SequenceChunk(
                    cache: first.cache, tokens: prompt, outputs: .all,
                    selection: .greatest(count: 3, including: [])),
                SequenceChunk(cache: second.cache, tokens: prompt, outputs: .last),
            ], first.workspace
        ) { rows.append($0) }
        #expect(rows.map(\.chunk) == Array(repeating: 0, count: 9) + [1])
        for row in rows.dropLast() {
            #expect(row.tokens != nil)
            Self.check(
                row, count: 3, including: row.tokens?.first ?? 0, all: expected[row.token])
        }
        #expect(rows.last?.tokens == nil)
        #expect(bits(rows.suffix(1).map(\.logits)) == bits([expected[8]]))
    }
}
