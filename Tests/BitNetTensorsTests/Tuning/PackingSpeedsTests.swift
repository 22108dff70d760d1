import Testing

@testable import BitNetTensors

/// Which packing is preferred, and that both are measured.
@Suite struct PackingSpeedsTests {
    private func preferred(_ base3: Double) -> TernaryPacking {
        PackingSpeeds(weights: [.twoBit: 100, .base3: base3], seconds: 0).preferred
    }

    @Test func base3MustBeFasterByATenth() {
        #expect(preferred(90) == .twoBit)
        #expect(preferred(109) == .twoBit)
        #expect(preferred(111) == .base3)
    }

    @Test(arguments: [1, 2])
    func bothAreMeasured(threads: Int) throws {
        let pool = try #require(ThreadPool(workers: threads))
        let compute = ComputeContext(kernels: try KernelSet.preferred(), pool: pool)
        let speeds = try #require(compute.measurePackings(columns: 2560))
        #expect(Set(speeds.weights.keys) == Set(TernaryPacking.allCases))
        #expect(speeds.weights.values.allSatisfy { $0 > 1e6 } && speeds.seconds > 0)
    }
}
