import BitNetEvaluation
import BitNetModels
import BitNetTensors
import BitNetTestSupport
import Testing

/// Compared with the mean negative log-likelihood that transformers gives for a prompt.
struct PerplexityTests {
    private struct Expected: Decodable {
        struct Prompt: Decodable {
            let name: String
            let ids: [Int32]
        }
        struct Likelihood: Decodable {
            let prompt: String
            let mean_nll: Double
        }
        struct Tolerance: Decodable {
            let nll: Double
        }
        let prompts: [Prompt]
        let nll: Likelihood
        let tolerance: Tolerance

        func tokens() throws -> [Int32] {
            try #require(prompts.first { $0.name == nll.prompt }).ids
        }
    }

    private func model(_ path: String, threads: Int = 1) throws -> BitNetModel {
        try BitNetModel.load(
            path: Fixtures.path(path), compute: ComputeContext(threads: threads))
    }

    @Test(arguments: ["bitnet-256", "bitnet-128", "llama-bitlinear", "llama-rmsnorm"])
    func oneWindowHasTheReferenceLikelihood(fixture: String) throws {
        let expected: Expected = try Fixtures.json("\(fixture)/expected.json")
        let tokens = try expected.tokens()
        let evaluation = try Perplexity(
            model("\(fixture)/packed"), windowLength: tokens.count, counting: .consecutive,
            beginningOfText: nil, format: .float32)
        let result = try evaluation.measure(tokens)
        #expect(result.scoredTokens == 199)
        let difference = result.meanNegativeLogLikelihood - expected.nll.mean_nll
        #expect(abs(difference) <= expected.tolerance.nll)
    }

    @Test(arguments: PerplexityProtocol.allCases)
    func threadsAndChunksDoNotMatter(counting: PerplexityProtocol) throws {
        let expected: Expected = try Fixtures.json("bitnet-256/expected.json")
        let tokens = try expected.tokens()
        let results = try [(1, 128), (2, 7), (3, 48)].map { threads, chunk in
            try Perplexity(
                model("bitnet-256/packed", threads: threads), windowLength: 48,
                counting: counting, beginningOfText: 591, chunkLength: chunk
            ).measure(tokens)
        }
        #expect(results[0].windows == 4)
        #expect(results[1] == results[0])
        #expect(results[2] == results[0])
    }

    @Test func beginningOfTextReplacesTheFirstTokenOfAWindow() throws {
        let model = try model("bitnet-256/packed")
        let tokens: [Int32] = [591, 5, 6, 7]
        let changed: [Int32] = [17, 5, 6, 7]
        let evaluation = try Perplexity(
            model, windowLength: 4, counting: .llamaCpp, beginningOfText: 591)
        #expect(try evaluation.measure(tokens) == evaluation.measure(changed))
        #expect(try evaluation.measure(tokens).scoredTokens == 2)
    }

    @Test func anIncompleteWindowIsLeftOut() throws {
        let evaluation = try Perplexity(
            model("bitnet-256/packed"), windowLength: 4, counting: .consecutive,
            beginningOfText: nil)
        let result = try evaluation.measure([1, 2, 3, 4, 5, 6, 7])
        #expect(result.windows == 1)
        #expect(result.scoredTokens == 3)
    }

    @Test func refusesWhatCannotBeScored() throws {
        let model = try model("bitnet-256/packed")
        let short = try Perplexity(
            model, windowLength: 4, counting: .consecutive, beginningOfText: nil)
        #expect { try short.measure([1, 2, 3]) } throws: {
            ($0 as? EvaluationError)?.code == .textTooShort
        }
        #expect {
            try Perplexity(model, windowLength: 1, counting: .consecutive, beginningOfText: nil)
        } throws: {
            ($0 as? EvaluationError)?.code == .windowTooShort
        }
        #expect {
            try Perplexity(model, windowLength: 4, counting: .llamaCpp, beginningOfText: nil)
        } throws: {
            ($0 as? EvaluationError)?.code == .noBeginningOfText
        }
    }

    @Test func progressEndsAtOne() throws {
        let evaluation = try Perplexity(
            model("bitnet-256/packed"), windowLength: 2, counting: .consecutive,
            beginningOfText: nil)
        var fractions: [Double] = []
        _ = try evaluation.measure([1, 2, 3, 4]) { fraction, _ in fractions.append(fraction) }
        #expect(fractions == [0.5, 1])
    }
}
