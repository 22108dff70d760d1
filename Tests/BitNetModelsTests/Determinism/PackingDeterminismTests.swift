import BitNetModels
import BitNetTensors
import BitNetTestSupport
import Testing

/// Logits are the same bits however the ternary weights are packed.
@Suite struct PackingDeterminismTests {
    /// All ways in which ternary weights are stored, odd sizes, and relu² with columns left out.
    static let models = [
        "bitnet-odd/packed", "bitnet-128/model-i2_s.gguf", "bitnet-256/model-tq1_0.gguf",
        "bitnet-256/model-tq2_0.gguf", "llama-bitlinear/packed", "llama-rmsnorm/packed",
        "dense-llama/model-f16.gguf", BundledModel.name,
    ]

    private static func load(
        _ path: String, _ pack: PackChoice, threads: Int, kernels: KernelSet,
        sparsity: SparsityPolicy? = nil
    ) throws -> BitNetModel {
        let pool = try #require(ThreadPool(workers: threads, smallestParallelWork: 0))
        return try BitNetModel.load(
            path: path == BundledModel.name ? path : Fixtures.path(path),
            compute: ComputeContext(kernels: kernels, pool: pool, sparsity: sparsity), pack: pack)
    }

    /// What scalar kernels compute from two bits, one token at a time.
    private static func expected(_ path: String, _ prompt: [Int32]) throws -> [[UInt32]] {
        let scalar = try #require(KernelSet.named("scalar"))
        let model = try load(path, .twoBit, threads: 1, kernels: scalar, sparsity: .never)
        #expect(model.packing == (path.hasPrefix("dense") ? nil : .twoBit))
        return bits(try ModelRun(model).append(prompt, step: 1))
    }

    @Test(arguments: models) func packingsAgreeOnEveryKernelSet(_ path: String) throws {
        let prompt = DeterminismTests.prompt(41, seed: 21)
        let expected = try Self.expected(path, prompt)
        for kernels in KernelSet.available {
            for policy in [SparsityPolicy.never, .always] {
                let model = try Self.load(
                    path, .base3, threads: 2, kernels: kernels, sparsity: policy)
                #expect(model.packing == (path.hasPrefix("dense") ? nil : .base3))
                for step in [1, 2, 3, 4, 5, 13, 41] {
                    let rows = try ModelRun(model).append(prompt, step: step)
                    #expect(bits(rows) == expected, "\(kernels.name), steps of \(step)")
                }
            }
        }
    }

    @Test(arguments: models) func threadsChangeNothing(_ path: String) throws {
        let prompt = DeterminismTests.prompt(26, seed: 22)
        let expected = try Self.expected(path, prompt)
        for threads in [1, 3, 4] {
            let model = try Self.load(
                path, .base3, threads: threads, kernels: KernelSet.preferred())
            for step in [1, 25] {
                let rows = try ModelRun(model).append(prompt, step: step)
                #expect(bits(rows) == expected, "\(threads) threads, steps of \(step)")
            }
        }
    }

    /// Rows and columns of several groups of lines and a rest.
    @Test func wideModelsAgree() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("wide.gguf")
        try SyntheticModel(shape: .wide, encoding: .tq1_0, embeddingEncoding: .q8_0)
            .write(to: path, pool: ComputeContext(threads: 2).pool)
        let prompt = DeterminismTests.prompt(17, seed: 23)
        var seen: [[[UInt32]]] = []
        for pack in [PackChoice.twoBit, .base3] {
            let pool = try #require(ThreadPool(workers: 3, smallestParallelWork: 0))
            for policy in [SparsityPolicy.never, .always] {
                let compute = ComputeContext(
                    kernels: try KernelSet.preferred(), pool: pool, sparsity: policy)
                let model = try BitNetModel.load(path: path, compute: compute, pack: pack)
                for step in [1, 3, 17] {
                    seen.append(bits(try ModelRun(model).append(prompt, step: step)))
                }
            }
        }
        #expect(seen.allSatisfy { $0 == seen[0] })
    }
}
