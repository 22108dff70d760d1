import BitNetTestSupport
import Testing

/// A fixture's `expected.json`: what transformers computes, and how closely it must be met.
struct ExpectedLogits: Decodable {
    struct Prompt: Decodable {
        let name: String
        let ids: [Int32]
        let positions: [Int]
        let logits: [[Double]]
        let greedy: [Int32]
        let robust: Bool
        let greedy_robust: Bool
    }

    struct Likelihood: Decodable {
        let prompt: String
        let mean_nll: Double
    }

    struct Tolerance: Decodable {
        let tight: Double
        let loose: Double
        let min_tight_fraction: Double
        let min_cosine: Double
        let nll: Double
    }

    let prompts: [Prompt]
    let nll: Likelihood
    let tolerance: Tolerance
}

/// A model file of the fixtures and its expected output.
struct FixtureModel: Sendable, CustomTestStringConvertible {
    let path: String
    let expected: String

    var testDescription: String { path }

    private struct Manifest: Decodable {
        struct Fixture: Decodable {
            struct Model: Decodable {
                let path: String
                let expected: String
            }
            let name: String
            let models: [Model]
        }
        let fixtures: [Fixture]
    }

    /// All causal models of `manifest.json`.
    static func causal() throws -> [FixtureModel] {
        let manifest = try Fixtures.json("manifest.json", as: Manifest.self)
        return manifest.fixtures.filter { !$0.name.hasPrefix("embed-") }.flatMap { fixture in
            fixture.models.map { FixtureModel(path: $0.path, expected: $0.expected) }
        }
    }
}
