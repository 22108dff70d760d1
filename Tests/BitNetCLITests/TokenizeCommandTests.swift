import BitNetTestSupport
import Foundation
import Testing

/// Text to ids and back, against the reference tokenizer.
struct TokenizeCommandTests {
    private struct Cases: Decodable {
        struct Case: Decodable {
            let text: String
            let ids: [Int]
            let ids_with_bos: [Int]
            let decoded: String
            let decoded_skip_special: String
        }
        struct DecodeCase: Decodable {
            let ids: [Int]
            let text: String
            let text_skip_special: String
        }
        let cases: [Case]
        let decode_cases: [DecodeCase]
    }

    private let cases: Cases
    private let folder = Fixtures.path("tokenizer")

    init() throws { cases = try Fixtures.json("tokenizer/tokenizer_cases.json") }

    private func lines<Value: Codable>(
        _ command: [String], _ values: [some Encodable], model: String
    ) throws -> [Value] {
        let input = try values.map { try JSONEncoder().encode($0) + Data("\n".utf8) }
        let output = try CommandLineTool.succeed(
            command + ["-m", model, "--jsonl"], input: Data(input.joined()))
        return try output.text.split(separator: "\n").map {
            try JSONDecoder().decode(Value.self, from: Data($0.utf8))
        }
    }

    @Test(arguments: ["tokenizer", "bitnet-256/packed", "bitnet-256/model-i2_s.gguf"])
    func idsAreThoseOfTheReference(model: String) throws {
        let texts = cases.cases.map(\.text)
        let plain: [[Int]] = try lines(["tokenize"], texts, model: Fixtures.path(model))
        #expect(plain == cases.cases.map(\.ids))
        let begun: [[Int]] = try lines(["tokenize", "--bos"], texts, model: Fixtures.path(model))
        #expect(begun == cases.cases.map(\.ids_with_bos))
    }

    @Test func textsAreThoseOfTheReference() throws {
        let ids = cases.cases.map(\.ids) + cases.decode_cases.map(\.ids)
        let texts: [String] = try lines(["detokenize"], ids, model: folder)
        #expect(texts == cases.cases.map(\.decoded) + cases.decode_cases.map(\.text))
        let skipped: [String] = try lines(["detokenize", "--skip-special"], ids, model: folder)
        #expect(
            skipped
                == cases.cases.map(\.decoded_skip_special)
                + cases.decode_cases.map(\.text_skip_special))
    }

    @Test func plainIdsAreOnOneLine() throws {
        let output = try CommandLineTool.succeed(
            ["tokenize", "-m", folder], input: Data("Hé".utf8))
        #expect(output.text == "39 510\n")
        let empty = try CommandLineTool.succeed(["tokenize", "-m", folder])
        #expect(empty.text == "\n")
    }

    @Test func allBytesSurviveARoundTrip() throws {
        var generator = SeededGenerator(seed: 7)
        let bytes = Data((0..<3000).map { _ in UInt8.random(in: 0...255, using: &generator) })
        let ids = try CommandLineTool.succeed(["tokenize", "-m", folder], input: bytes)
        let back = try CommandLineTool.succeed(["detokenize", "-m", folder], input: ids.data)
        #expect(back.data == bytes)
    }

    @Test func piecesAreQuoted() throws {
        let input = Data("H\n\"".utf8) + Data([0xFF]) + Data("<|eot_id|>".utf8)
        let output = try CommandLineTool.succeed(
            ["tokenize", "-m", folder, "--pieces"], input: input)
        #expect(
            output.text
                == "39\t\"H\"\n198\t\"\\n\"\n1\t\"\\\"\"\n187\t\"\\xFF\"\n597\t\"<|eot_id|>\"\n")
    }

    @Test func specialTokensCanBeText() throws {
        let input = Data("<|eot_id|>".utf8)
        let special = try CommandLineTool.succeed(["tokenize", "-m", folder], input: input)
        #expect(special.text == "597\n")
        let text = try CommandLineTool.succeed(
            ["tokenize", "-m", folder, "--no-special"], input: input)
        #expect(!text.text.split(separator: " ").contains("597"))
        let back = try CommandLineTool.succeed(["detokenize", "-m", folder], input: text.data)
        #expect(back.data == input)
    }

    @Test func listsOfIdsMayHaveBracketsAndCommas() throws {
        let output = try CommandLineTool.succeed(
            ["detokenize", "-m", folder], input: Data("[39, 510]\n".utf8))
        #expect(output.text == "Hé")
    }

    @Test(arguments: [
        (["detokenize"], "39 x", "expected token ids, found \"x\""),
        (["detokenize"], "599", "token 599 is outside the vocabulary of 599 tokens"),
        (["detokenize"], "-1", "token -1 is outside"),
        (["detokenize", "--jsonl"], "[1]\n[1000]\n", "line 2: token 1000 is outside"),
        (["detokenize", "--jsonl"], "\n[1", "line 2: expected a JSON list of token ids"),
        (["tokenize", "--jsonl"], "\"a\"\nb\n", "line 2: expected a JSON string, found b"),
    ])
    func badInputIsRefused(command: [String], input: String, message: String) throws {
        let output = try CommandLineTool.run(
            command + ["-m", folder], input: Data(input.utf8))
        #expect(output.status == 1)
        #expect(output.errors.hasPrefix("error: "))
        #expect(output.errors.contains(message), "\(output.errors)")
    }
}
