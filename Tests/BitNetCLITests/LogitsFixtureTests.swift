import BitNetTestSupport
import Foundation
import Testing

/// Every causal model of the fixtures, against transformers.
struct LogitsFixtureTests {
    private struct Manifest: Decodable {
        struct Fixture: Decodable {
            let models: [Model]
        }
        struct Model: Decodable {
            let path: String
            let expected: String
        }
        let fixtures: [Fixture]
    }

    /// Models with logits; text embedding models have another kind of result.
    static func models() throws -> [(path: String, expected: String)] {
        let manifest: Manifest = try Fixtures.json("manifest.json")
        return manifest.fixtures.flatMap(\.models).filter { !$0.expected.contains("embeddings") }
            .map { ($0.path, $0.expected) }
    }

    private func run(_ path: String, _ expected: String) throws -> LogitsExpectation.Result {
        let output = try CommandLineTool.succeed([
            "logits", "-m", Fixtures.path(path), "--input", Fixtures.path(expected), "--greedy",
            "24", "--nll", "-t", "1",
        ])
        return try output.json()
    }

    @Test func thereAreTwelveModels() throws {
        #expect(try Self.models().count == 12)
    }

    @Test(arguments: try models())
    func logitsAreThoseOfTheReference(path: String, expected: String) throws {
        let expectation: LogitsExpectation = try Fixtures.json(expected)
        #expect(try expectation.faults(of: run(path, expected)) == [])
    }

    @Test func theRulesNoticeWrongResults() throws {
        let expectation: LogitsExpectation = try Fixtures.json("bitnet-128/expected.json")
        let right = try run("bitnet-128/packed", "bitnet-128/expected.json")
        var wrong = right
        wrong.prompts[0].logits[0][3] += 0.4
        #expect(expectation.faults(of: wrong).count == 1)
        wrong = right
        for index in wrong.prompts.indices { wrong.prompts[index].logits[0][0] += 0.01 }
        #expect(expectation.faults(of: wrong) == ["only (passed: 0, all: 5) prompts agree tightly"])
        wrong = right
        for index in wrong.prompts.indices { wrong.prompts[index].greedy?[5] += 1 }
        #expect(
            expectation.faults(of: wrong)
                == ["only (passed: 0, all: 3) greedy continuations agree"])
        wrong = right
        wrong.nll = nil
        #expect(expectation.faults(of: wrong).count == 1)
    }
}
