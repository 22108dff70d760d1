import BitNetTestSupport
import Foundation
import Testing

/// Lines of text as vectors.
struct EmbedCommandTests {
    private struct Line: Decodable, Equatable {
        let embedding: [Float]
        let tokens: Int
    }

    private func embed(_ arguments: [String], _ input: String) throws -> [Line] {
        let output = try CommandLineTool.succeed(
            ["embed", "-m", Fixtures.path("llama-rmsnorm/packed")] + arguments,
            input: Data(input.utf8))
        return try output.text.split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
    }

    @Test func eachLineIsAVector() throws {
        let lines = try embed(["--pooling", "mean"], "one\ntwo words\r\n")
        #expect(lines.map(\.embedding.count) == [128, 128])
        #expect(lines == (try embed(["--pooling", "mean", "--jsonl"], "\"one\"\n\"two words\"\n")))
        #expect(lines != (try embed(["--pooling", "last"], "one\ntwo words\n")))
        let long = try embed(["--no-normalize"], "one\n")
        let length = long[0].embedding.reduce(0) { $0 + $1 * $1 }
        #expect(abs(length - 1) > 0.01)
    }

    @Test func aLanguageModelIsRefused() throws {
        let output = try CommandLineTool.run(["embed", "-m", "kjv-tiny"], input: Data("a\n".utf8))
        #expect(output.status == 1)
        #expect(output.errors.contains("not made for embeddings"))
        #expect(output.text == "")
        let forced = try CommandLineTool.succeed(
            ["embed", "-m", "kjv-tiny", "--force"], input: Data("a\n".utf8))
        #expect(forced.text.contains("\"embedding\":["))
    }
}
