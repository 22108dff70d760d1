import BitNetTestSupport
import Foundation
import Testing

struct PerplexityCommandTests {
    private struct Report: Decodable {
        let perplexity: Double
        let standard_error: Double
        let mean_nll: Double
        let scored_tokens: Int
        let text_tokens: Int
        let windows: Int
        let `protocol`: String
    }

    /// The bundled model, which transformers was run on for the reference figures.
    static let bundledModel = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources/CBitNetBundledModel/kjv-tiny.gguf")
        .path(percentEncoded: false)

    private let fixture = Fixtures.path("bitnet-256/packed")

    @Test(
        arguments: [("llama.cpp", 21.161, 18160), ("consecutive", 22.640, 36093)])
    func theReferenceFiguresAreReproduced(name: String, figure: Double, tokens: Int) throws {
        let report: Report = try CommandLineTool.succeed([
            "perplexity", "-m", Self.bundledModel, "-f", Fixtures.path("kjv/held-out.txt"), "-c",
            "160", "--protocol", name, "--json", "-t", "1",
        ]).json()
        #expect(report.text_tokens == 36375)
        #expect(report.windows == 227)
        #expect(report.scored_tokens == tokens)
        #expect(abs(report.perplexity / figure - 1) < 0.0005)
        #expect(report.protocol == name)
    }

    @Test func resultGoesToOutputAndStatisticsToErrors() throws {
        let text = Data(String(repeating: "She walked along the river. ", count: 20).utf8)
        let output = try CommandLineTool.succeed(
            ["perplexity", "-m", fixture, "-f", "-", "-c", "32", "-t", "1"], input: text)
        #expect(output.text.hasPrefix("perplexity "))
        #expect(output.text.contains(" ± "))
        #expect(output.text.hasSuffix(" tokens scored)\n"))
        #expect(output.errors.contains("windows of 32 tokens, counted as llama.cpp"))
        #expect(output.errors.hasSuffix(" tokens/s\n"))
    }

    @Test func figuresAreConsistent() throws {
        let text = Data(String(repeating: "She walked along the river. ", count: 20).utf8)
        let reports: [Report] = try [["-t", "1"], ["-t", "2", "-b", "5"]].map {
            try CommandLineTool.succeed(
                ["perplexity", "-m", fixture, "-f", "-", "-c", "32", "--json"] + $0, input: text
            ).json()
        }
        #expect(reports[0].scored_tokens == 16 * reports[0].windows)
        #expect(reports[0].windows == reports[0].text_tokens / 32)
        #expect(abs(log(reports[0].perplexity) - reports[0].mean_nll) < 1e-12)
        #expect(reports[1].mean_nll == reports[0].mean_nll)
        #expect(reports[1].standard_error == reports[0].standard_error)
    }

    @Test func exactCachesGiveAlmostTheSame() throws {
        let text = Data(String(repeating: "She walked along the river. ", count: 20).utf8)
        let reports: [Report] = try ["float16", "float32"].map {
            try CommandLineTool.succeed(
                ["perplexity", "-m", fixture, "-f", "-", "-c", "32", "--json", "--kv", $0],
                input: text
            ).json()
        }
        #expect(reports[0].mean_nll != reports[1].mean_nll)
        #expect(abs(reports[0].mean_nll - reports[1].mean_nll) < 0.01)
    }

    @Test func shortTextsAreRefused() throws {
        let output = try CommandLineTool.run(
            ["perplexity", "-m", fixture, "-f", "-"], input: Data("Hello".utf8))
        #expect(output.status == 1)
        #expect(
            output.errors.contains("tokens and a window 512; expected at least one full window"))
    }
}
