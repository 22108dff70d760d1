import BitNetModels
import BitNetTensors
import BitNetTestSupport
import Testing

/// Logits are equal to the last bit however they are computed.
@Suite struct DeterminismTests {
    /// Odd sizes, grouped heads, Llama with and without projection norms, and a dense model.
    static let models = [
        "bitnet-odd/packed", "bitnet-128/model-i2_s.gguf", "llama-bitlinear/packed",
        "llama-rmsnorm/packed", "dense-llama/model-f16.gguf", "dense-llama/model-q8_0.gguf",
    ]

    static let cases = models.flatMap { model in KeyValueFormat.allCases.map { (model, $0) } }

    /// A prompt that every fixture's vocabulary holds.
    static func prompt(_ count: Int, seed: UInt64 = 1) -> [Int32] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Int32.random(in: 0..<160, using: &generator) }
    }

    /// Bits of the logits of `tokens`, computed by scalar kernels on one thread, one by one.
    static func reference(
        _ path: String, _ format: KeyValueFormat, _ tokens: [Int32]
    ) throws -> [[UInt32]] {
        let scalar = try #require(KernelSet.named("scalar"))
        let model = try BitNetModel.fixture(path, threads: 1, kernels: scalar)
        return bits(try ModelRun(model, format: format).append(tokens, step: 1))
    }

    @Test(arguments: cases)
    func numberOfThreadsChangesNothing(_ path: String, _ format: KeyValueFormat) throws {
        let prompt = Self.prompt(37)
        let expected = try Self.reference(path, format, prompt)
        for threads in 1...4 {
            // The fixtures are small: without this, most steps would stay on one thread.
            let pool = try #require(ThreadPool(workers: threads, smallestParallelWork: 0))
            let compute = ComputeContext(kernels: try KernelSet.preferred(), pool: pool)
            let model = try BitNetModel.load(path: Fixtures.path(path), compute: compute)
            let run = try ModelRun(model, format: format)
            #expect(bits(try run.append(prompt)) == expected, "\(threads) threads")
        }
    }

    @Test(arguments: cases)
    func kernelSetsAgree(_ path: String, _ format: KeyValueFormat) throws {
        let prompt = Self.prompt(53, seed: 2)
        let expected = try Self.reference(path, format, prompt)
        for kernels in KernelSet.available {
            let model = try BitNetModel.fixture(path, kernels: kernels)
            let whole = try ModelRun(model, format: format)
            #expect(bits(try whole.append(prompt)) == expected, "\(kernels.name), whole")
            let stepwise = try ModelRun(model, format: format)
            #expect(bits(try stepwise.append(prompt, step: 1)) == expected, "\(kernels.name), one")
        }
    }

    @Test(arguments: cases)
    func promptMayBeCutAnywhere(_ path: String, _ format: KeyValueFormat) throws {
        let prompt = Self.prompt(29, seed: 3)
        let model = try BitNetModel.fixture(path)
        let expected = bits(try ModelRun(model, format: format).append(prompt))
        for cut in 1..<prompt.count {
            let run = try ModelRun(model, format: format)
            let rows = try run.append(Array(prompt[..<cut])) + run.append(Array(prompt[cut...]))
            #expect(bits(rows) == expected, "cut at \(cut)")
        }
        for step in [1, 2, 3, 4, 5, 7, 12, 13, 16, 24, 25] {
            let run = try ModelRun(model, format: format)
            #expect(bits(try run.append(prompt, step: step)) == expected, "steps of \(step)")
        }
    }

    @Test(arguments: cases)
    func truncatedCacheContinuesAsAFreshOne(_ path: String, _ format: KeyValueFormat) throws {
        let prompt = Self.prompt(20, seed: 4)
        let other = Self.prompt(20, seed: 5)
        let model = try BitNetModel.fixture(path)
        let run = try ModelRun(model, format: format)
        for kept in [0, 1, 7, 16, 19] {
            _ = try run.append(Array((prompt + other)[run.cache.count...]))
            run.cache.truncate(to: kept)
            let continued = try run.append(Array(other[kept...]))
            let fresh = try ModelRun(model, format: format)
                .append(Array(prompt[..<kept] + other[kept...]))
            #expect(bits(continued) == bits(Array(fresh[kept...])), "\(kept) kept")
            run.cache.truncate(to: kept)
        }
    }

    @Test(arguments: models)
    func onlyTheLastLogitsAreTheSame(_ path: String) throws {
        let prompt = Self.prompt(21, seed: 6)
        let model = try BitNetModel.fixture(path)
        let all = try ModelRun(model)
        let expected = bits(try all.append(prompt))
        let last = try ModelRun(model)
        var received: [LogitsRow] = []
        for (tokens, outputs) in [
            (prompt[..<9], SequenceChunk.Outputs.none), (prompt[9...], .last),
        ] {
            try model.forward(
                [SequenceChunk(cache: last.cache, tokens: Array(tokens), outputs: outputs)],
                last.workspace
            ) { received.append($0) }
        }
        #expect(received.count == 1)
        #expect(received.first?.token == 11)
        #expect(received.map { $0.logits.map(\.bitPattern) } == [expected[20]])
    }
}
