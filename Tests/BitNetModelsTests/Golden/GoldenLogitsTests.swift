import BitNetModels
import BitNetTensors
import BitNetTestSupport
import Testing

/// Logits against Hugging Face transformers, for every checkpoint format.
@Suite struct GoldenLogitsTests {
    @Test(arguments: try FixtureModel.causal())
    func ternaryModelAgreesWithTransformers(_ fixture: FixtureModel) throws {
        let expected = try Fixtures.json(fixture.expected, as: ExpectedLogits.self)
        try compare(BitNetModel.fixture(fixture.path), expected)
    }

    @Test func manifestNamesTheCausalModels() throws {
        let models = try FixtureModel.causal()
        #expect(models.count == 12)
    }

    @Test(arguments: ["default", "linear", "llama3"])
    func denseLlamaAgreesWithTransformers(_ scaling: String) throws {
        let expected = try denseExpected(scaling)
        let folder = try denseLlama(scaling)
        let model = try BitNetModel.load(path: folder.path, compute: ComputeContext(threads: 1))
        let comparison = try compare(model, expected)
        #expect(comparison.tight == expected.prompts.count)
        #expect(comparison.greedyExact == comparison.greedyRobust)
    }

    /// Rows of queries and keys are permuted there, and Llama 3's scaling is a tensor.
    @Test(arguments: [("model-f16.gguf", "llama3"), ("model-q8_0.gguf", "linear")])
    func denseGGUFAgreesWithTransformers(_ file: String, _ scaling: String) throws {
        let expected = try denseExpected(scaling)
        let model = try BitNetModel.fixture("dense-llama/" + file)
        let comparison = try compare(model, expected)
        #expect(comparison.tight == expected.prompts.count)
        #expect(comparison.greedyExact == comparison.greedyRobust)
    }

    /// The scalings differ far more than the tolerance, or the tests above would show nothing.
    @Test func rotaryScalingsDiffer() throws {
        let last = try ["default", "linear", "llama3"].map { scaling in
            try #require(denseExpected(scaling).prompts.last?.logits.last)
        }
        for (a, b) in [(0, 1), (0, 2), (1, 2)] {
            #expect(zip(last[a], last[b]).contains { abs($0 - $1) > 0.1 })
        }
    }

    @Test func oneBitLLMAgreesWithTransformers() throws {
        let expected = try Fixtures.json("bitnet-1bitllm/expected.json", as: ExpectedLogits.self)
        let model = try BitNetModel.fixture("bitnet-1bitllm")
        #expect(model.configuration.activation == .silu)
        try compare(model, expected)
    }

    private func denseExpected(_ scaling: String) throws -> ExpectedLogits {
        let all = try Fixtures.json("dense-llama/expected.json", as: [String: ExpectedLogits].self)
        return try #require(all[scaling])
    }
}
