import BitNetModels
import BitNetTensors
import BitNetTestSupport
import Testing

/// Variants of the kernels change the speed and not one bit.
@Suite struct TuningTests {
    /// Tunings that together contain every variant of every product.
    private static let tunings: [Tuning] = {
        let sets = KernelSet.available
        let variants = TunedProduct.allCases.map { ($0, $0.variants(of: sets)) }
        let count = variants.map(\.1.count).max() ?? 0
        return (0..<count).map { index in
            var tuning = Tuning(sets: sets)
            for (product, variants) in variants {
                tuning[product] = variants[index % variants.count]
            }
            return tuning
        }
    }()

    private static func run(
        _ path: String, _ tuning: Tuning?, threads: Int, sparsity: SparsityPolicy
    ) throws -> ModelRun {
        let pool = try #require(ThreadPool(workers: threads, smallestParallelWork: 0))
        let compute = ComputeContext(
            kernels: try KernelSet.preferred(), pool: pool, sparsity: sparsity, tuning: tuning)
        let model = try BitNetModel.load(
            path: path == BundledModel.name ? path : Fixtures.path(path), compute: compute,
            head: .bits8)
        return try ModelRun(model)
    }

    /// Single tokens, a few and many, with zeros left out and without.
    @Test(arguments: ["kjv-tiny", "bitnet-odd/packed", "llama-rmsnorm/packed"])
    func noVariantChangesABit(_ path: String) throws {
        let prompt = DeterminismTests.prompt(23, seed: 5)
        let expected = bits(try Self.run(path, nil, threads: 1, sparsity: .never).append(prompt))
        for (index, tuning) in Self.tunings.enumerated() {
            let policy: SparsityPolicy = index % 2 == 0 ? .never : .always
            let run = try Self.run(path, tuning, threads: 1 + index % 3, sparsity: policy)
            for step in [1, 3, 23] {
                run.cache.truncate(to: 0)
                #expect(
                    bits(try run.append(prompt, step: step)) == expected,
                    "\(tuning.description), steps of \(step)")
            }
        }
    }

    /// What the sampler asks for comes from the plane that is streamed.
    @Test func noVariantChangesTheGreatest() throws {
        let prompt = DeterminismTests.prompt(9, seed: 6)
        let all = try Self.run("kjv-tiny", nil, threads: 1, sparsity: .never).append(prompt)
        for (index, tuning) in Self.tunings.enumerated() {
            let run = try Self.run(
                "kjv-tiny", tuning, threads: 1 + index % 3, sparsity: .always)
            for (position, token) in prompt.enumerated() {
                try run.model.decode(
                    token, run.cache, run.workspace,
                    selection: .greatest(count: 9, including: [3])
                ) { row in
                    for (candidate, logit) in zip(row.tokens ?? [], row.logits) {
                        #expect(
                            logit.bitPattern == all[position][Int(candidate)].bitPattern,
                            "\(tuning.description)")
                    }
                }
            }
        }
    }

    @Test func aModelThatStaysInTheCachesIsNotMeasured() throws {
        let model = try Self.run("kjv-tiny", nil, threads: 1, sparsity: .standard).model
        #expect(model.tuningSeconds == nil)
    }
}
