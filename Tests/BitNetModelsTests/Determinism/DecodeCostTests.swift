import BitNetModels
import BitNetTensors
import BitNetTestSupport
import CAllocationCounter
import Testing

/// A step of decoding allocates nothing, and its threads rarely wait for each other.
@Suite struct DecodeCostTests {
    /// relu² with grouped heads and odd sizes; SiLU; full-precision projections.
    static let models = [
        "bitnet-odd/packed", "bitnet-256/model-i2_s.gguf", "llama-bitlinear/packed",
        "dense-llama/model-f16.gguf",
    ]

    #if !os(iOS) && !os(tvOS) && !os(watchOS) && !os(visionOS)
    @Test(.enabled(if: bn_can_count_allocations()))
    func allocationsAreCounted() async {
        await #expect(processExitsWith: .success) {
            bn_start_counting_allocations()
            let values = [Float](repeating: 1, count: Int.random(in: 100...200))
            let count = bn_stop_counting_allocations()
            #expect(count >= 1 && values.count >= 100)
            bn_start_counting_allocations()
            #expect(bn_stop_counting_allocations() == 0)
        }
    }

    @Test(.enabled(if: bn_can_count_allocations()), arguments: models, [1, 2])
    func aStepAllocatesNothing(_ path: String, _ workers: Int) async {
        // In a process of its own, where no other test allocates.
        await #expect(processExitsWith: .success) { [path, workers] in
            for head in [HeadPrecision.stored, .bits8] {
                let model = try Self.model(path, head, workers: workers, smallestParallelWork: 0)
                let steps = DecodeSteps(try ModelRun(model, capacity: 600))
                for selection in [LogitSelection.greatest(count: 40, including: []), .all] {
                    try steps.take(20, selection)
                    bn_start_counting_allocations()
                    try steps.take(10, selection)
                    let count = bn_stop_counting_allocations()
                    #expect(count == 0, "\(head), \(selection)")
                }
            }
        }
    }
    #endif

    /// Query, key and value; attention; its output; gate and up; down: at most 6 a layer, and the head.
    @Test(arguments: ["bitnet-256/model-i2_s.gguf", "llama-bitlinear/packed"])
    func threadsSynchroniseAtMostSixTimesALayer(_ path: String) throws {
        // Products are above this, norms and rotations of one token below it, as in a large model.
        let model = try Self.model(path, .bits8, workers: 2, smallestParallelWork: 16_000)
        let run = try ModelRun(model, capacity: 600)
        _ = try run.append((0..<300).map { Int32($0 % 100) })
        let before = model.compute.pool.parallelRuns
        let steps = DecodeSteps(run)
        try steps.take(10, .greatest(count: 40, including: []))
        let count = model.compute.pool.parallelRuns - before
        #expect(count > 0)
        #expect(count <= 10 * (6 * model.blocks.count + 2))
    }

    private static func model(
        _ path: String, _ head: HeadPrecision, workers: Int, smallestParallelWork: Int
    ) throws -> BitNetModel {
        let pool = try #require(
            ThreadPool(workers: workers, smallestParallelWork: smallestParallelWork))
        return try BitNetModel.load(
            path: Fixtures.path(path),
            compute: ComputeContext(kernels: try KernelSet.preferred(), pool: pool), head: head)
    }
}

/// Decodes tokens of a sequence.
private struct DecodeSteps {
    private let run: ModelRun

    init(_ run: ModelRun) { self.run = run }

    func take(_ count: Int, _ selection: LogitSelection) throws {
        for token in 0..<count {
            try run.model.decode(
                Int32(token), run.cache, run.workspace, selection: selection
            ) { _ in }
        }
    }
}
