import BitNetTestSupport
import Foundation
import Testing

/// `bitnet train tokenizer` and `bitnet train prepare`.
struct TrainDataCommandTests {
    private struct Description: Decodable {
        struct Part: Decodable {
            let tokens: Int
            let documents: Int
        }
        let vocabulary_size: Int
        let train: Part
        let held_out: Part?
    }

    private struct Report: Decodable {
        let vocabulary_size: Int
        let merges: Int
        let fingerprint: String
    }

    private let folder: TemporaryFolder
    private let text: Data

    init() throws {
        folder = try TemporaryFolder()
        text = Data(
            (0..<400).map { "She walked \($0 % 7) miles along the river.\n" }.joined().utf8)
        try text.write(to: URL(filePath: folder.path("text.txt")))
    }

    private func path(_ name: String) -> String { folder.path(name) }

    @Test func aTokenizerIsTrainedAndUsed() throws {
        let output = try CommandLineTool.succeed([
            "train", "tokenizer", path("text.txt"), "-o", path("tok"), "--vocab-size", "280",
        ])
        #expect(output.text == "\(path("tok")): 280 tokens, 19 merges\n")
        #expect(output.errors == "")
        let input = Data("She walked <|eot_id|>".utf8)
        let ids = try CommandLineTool.succeed(["tokenize", "-m", path("tok")], input: input)
        let back = try CommandLineTool.succeed(["detokenize", "-m", path("tok")], input: ids.data)
        #expect(back.data == input)
        #expect(ids.text.hasSuffix(" 279\n"))
        let data = try CommandLineTool.succeed([
            "train", "prepare", path("text.txt"), "--lines", "--tokenizer", path("tok"), "-o",
            path("data"),
        ])
        #expect(data.text.contains("vocabulary of 280 tokens"))
        #expect(data.text.contains("held out "))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: path("data")).sorted() == [
                "chat_template.jinja", "dataset.json", "held-out.tokens", "special_tokens_map.json",
                "tokenizer.json", "tokenizer_config.json", "train-00000.tokens",
            ])
    }

    @Test func oneCommandDoesBoth() throws {
        let output = try CommandLineTool.succeed([
            "train", "prepare", path("text.txt"), "--vocab-size", "280", "-o", path("data"),
            "--json",
        ])
        let description: Description = try output.json()
        #expect(description.vocabulary_size == 280)
        #expect(description.train.documents == 1)
        #expect(description.held_out?.documents == 1)
        let ids = try CommandLineTool.succeed(["tokenize", "-m", path("data")], input: text)
        let count = ids.text.split(separator: " ").count
        let tokens = description.train.tokens + (description.held_out?.tokens ?? 0)
        #expect(abs(tokens - 4 - count) < 3)
    }

    @Test func standardInputGivesTheSame() throws {
        let arguments = ["--vocab-size", "280", "--json", "--delimiter", "\\n", "-o"]
        let file = try CommandLineTool.succeed(
            ["train", "prepare", path("text.txt")] + arguments + [path("file")])
        let input = try CommandLineTool.succeed(
            ["train", "prepare", "-"] + arguments + [path("input")], input: text)
        #expect(file.text == input.text)
        for name in try FileManager.default.contentsOfDirectory(atPath: path("file")) {
            let files = try ["file", "input"].map {
                try Data(contentsOf: URL(filePath: path("\($0)/\(name)")))
            }
            #expect(files[0] == files[1], "\(name)")
        }
        let tokenizer = try CommandLineTool.succeed(
            ["train", "tokenizer", "-", "-o", path("tok"), "--vocab-size", "280", "--json"],
            input: text)
        let report: Report = try tokenizer.json()
        #expect(report.vocabulary_size == 280)
        #expect(report.merges == 19)
        #expect(report.fingerprint.count == 16)
    }

    @Test func smallTextsGiveSmallVocabularies() throws {
        let output = try CommandLineTool.succeed(
            ["train", "tokenizer", "-", "-o", path("tok")], input: Data("abab".utf8))
        #expect(output.text.hasSuffix(": 262 tokens, 1 merges\n"))
        #expect(output.errors.hasPrefix("warning: the vocabulary has 262 tokens, not 2048"))
    }

    @Test func foldersAreReplacedOnlyWhenAsked() throws {
        let arguments = ["train", "tokenizer", path("text.txt"), "-o", path("tok")]
        _ = try CommandLineTool.succeed(arguments)
        let again = try CommandLineTool.run(arguments)
        #expect(again.status == 1)
        #expect(again.errors.contains("it exists already"))
        _ = try CommandLineTool.succeed(arguments + ["--force"])
        try folder.write([1], to: "tok/mine.txt")
        let refused = try CommandLineTool.run(arguments + ["--force"])
        #expect(refused.status == 1)
        #expect(refused.errors.contains("it holds other files, such as mine.txt"))
        #expect(try folder.contents() == ["text.txt", "tok"])
    }

    @Test(arguments: [
        (["-"], "", "standard input: no text was found"),
        (["/no/such"], "", "/no/such: no such file or folder"),
        (["-", "--jsonl"], "{\"text\":\"a\"}\n{", "standard input: line 2: found the end"),
        (["-", "--jsonl"], "\n\n[1]\n", "standard input: line 3: found no object"),
        (["-", "--jsonl"], "{\"body\":\"a\"}", "has no \"text\", only [\"body\"]"),
        (["-", "--jsonl"], "{\"text\":1}", "\"text\" is of the kind number"),
    ])
    func badTextIsNamed(arguments: [String], input: String, message: String) throws {
        for command in ["tokenizer", "prepare"] {
            let size = command == "prepare" ? ["--vocab-size", "300"] : []
            let output = try CommandLineTool.run(
                ["train", command, "-o", path("out")] + size + arguments, input: Data(input.utf8))
            #expect(output.status == 1)
            #expect(output.errors.hasPrefix("error: "))
            #expect(output.errors.contains(message), "\(output.errors)")
            #expect(try folder.contents() == ["text.txt"])
        }
    }

    @Test func illFormedTextIsFoundOrRepaired() throws {
        let bad = try folder.write(Array("ab\nc".utf8) + [0xFF, 0x0A], to: "bad.txt")
        let arguments = ["train", "prepare", bad, "--vocab-size", "300", "-o", path("out")]
        let output = try CommandLineTool.run(arguments)
        #expect(output.status == 1)
        #expect(output.errors.contains("bad.txt: found the byte 0xff at offset 4 (line 2)"))
        _ = try CommandLineTool.succeed(arguments + ["--lossy"])
    }

    @Test(arguments: [
        ["tokenizer"], ["tokenizer", "a.txt"],
        ["tokenizer", "a.txt", "-o", "x", "--vocab-size", "9"],
        ["tokenizer", "a.txt", "-o", "x", "--min-frequency", "0"],
        ["tokenizer", "-", "-", "-o", "x"], ["prepare", "a.txt", "-o", "x"],
        ["prepare", "a.txt", "-o", "x", "--vocab-size", "300", "--tokenizer", "t"],
        ["prepare", "a.txt", "-o", "x", "--vocab-size", "300", "--held-out", "1"],
        ["prepare", "a.txt", "-o", "x", "--vocab-size", "300", "--held-out-file", "-"],
        ["prepare", "a.txt", "-o", "x", "--vocab-size", "300", "--lines", "--delimiter", "a"],
        ["prepare", "a.txt", "-o", "x", "--vocab-size", "300", "--delimiter", "\\q"],
        ["prepare", "a.txt", "-o", "x", "--vocab-size", "300", "--delimiter", ""],
        ["prepare", "a.txt", "-o", "x", "--vocab-size", "300", "--shard-tokens", "0"],
    ])
    func contradictionsAreUsageErrors(arguments: [String]) throws {
        let output = try CommandLineTool.run(["train"] + arguments)
        #expect(output.status == 64, "\(arguments): \(output.errors)")
        #expect(output.errors.hasPrefix("error: "))
        #expect(!FileManager.default.fileExists(atPath: "x"))
    }

    @Test func foldersWithoutTokenizerAreNamed() throws {
        let output = try CommandLineTool.run([
            "train", "prepare", path("text.txt"), "--tokenizer", folder.path, "-o", path("x"),
        ])
        #expect(output.status == 1)
        #expect(output.errors.contains("there is no readable tokenizer.json in it"))
    }
}
