import BitNetModels
import BitNetTensors
import BitNetTestSupport
import Testing

/// The files of one fixture hold the same model.
@Suite struct StoredVariantTests {
    @Test(arguments: [
        ("bitnet-256", ["model-i2_s.gguf", "model-tq2_0.gguf", "model-tq1_0.gguf"]),
        ("bitnet-128", ["model-i2_s.gguf", "model-f16.gguf"]),
        ("llama-bitlinear", ["model-i2_s.gguf"]),
    ])
    func fileHoldsThePackedModelsWeightsAndScales(_ name: String, _ files: [String]) throws {
        let packed = try matrices(name + "/packed")
        for file in files {
            let other = try matrices(name + "/" + file)
            #expect(other.count == packed.count)
            for (index, (a, b)) in zip(packed, other).enumerated() {
                #expect(a.scale.bitPattern == b.scale.bitPattern, "\(file), projection \(index)")
                #expect(rows(a) == rows(b), "\(file), projection \(index)")
            }
        }
    }

    /// The packed file's scales are rounded to bfloat16: by at most 2^-8.
    @Test func masterWeightsGiveThePackedWeights() throws {
        let packed = try matrices("bitnet-odd/packed")
        let master = try matrices("bitnet-odd/master")
        #expect(packed.count == master.count)
        var differing = 0
        for (a, b) in zip(packed, master) {
            #expect(rows(a) == rows(b))
            #expect(abs(a.scale - b.scale) <= b.scale / 256)
            if a.scale != b.scale { differing += 1 }
        }
        #expect(differing > 0)
    }

    private func matrices(_ path: String) throws -> [TernaryMatrix] {
        try BitNetModel.fixture(path).blocks.flatMap(\.projections).map { projection in
            guard case .ternary(let linear) = projection else {
                throw ModelError(.invalidTensor, "\(path) has a dense projection")
            }
            return linear.weights
        }
    }

    private func rows(_ matrix: TernaryMatrix) -> [[Int8]] {
        (0..<matrix.rows).map { matrix.values(row: $0) }
    }
}
