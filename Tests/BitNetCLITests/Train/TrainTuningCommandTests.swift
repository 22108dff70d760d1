import BitNetTestSupport
import Foundation
import Testing

/// `bitnet train sft` and `bitnet train dpo`.
struct TrainTuningCommandTests {
    private struct Report: Decodable {
        let finished: Bool
        let steps: Int
        let loss: Double
        let margin: Double?
        let held_out_loss_before: Double?
        let held_out_loss: Double?
    }

    private let folder: TemporaryFolder
    private let model = Fixtures.path("bitnet-odd/master")

    init() throws {
        folder = try TemporaryFolder()
        let chats = (0..<12).map { #"{"prompt":"Say \#($0).","completion":"It is \#($0)."}"# }
        try folder.write(Array(chats.joined(separator: "\n").utf8), to: "chats.jsonl")
        let pairs = (0..<12).map {
            #"{"prompt":"Say \#($0).","chosen":"It is \#($0).","rejected":"No."}"#
        }
        try folder.write(Array(pairs.joined(separator: "\n").utf8), to: "pairs.jsonl")
    }

    private func path(_ name: String) -> String { folder.path(name) }

    private func tune(_ command: String, _ arguments: [String]) -> [String] {
        ["train", command, path(command == "sft" ? "chats.jsonl" : "pairs.jsonl")] + arguments
    }

    @Test func conversationsMakeAModel() throws {
        let output = try CommandLineTool.succeed(
            tune("sft", ["-m", model, "-o", path("run"), "--held-out", "0.2", "--epochs", "2"])
                + ["--json"])
        let report: Report = try output.json()
        #expect(report.finished)
        #expect(
            try #require(report.held_out_loss) < (try #require(report.held_out_loss_before)))
        let names = try FileManager.default.contentsOfDirectory(atPath: path("run"))
        #expect(Set(names).isSuperset(of: ["config.json", "model.safetensors", "tokenizer.json"]))
        _ = try CommandLineTool.succeed(["run", "-m", path("run"), "-n", "2", "-p", "Say 3."])
    }

    @Test func preferencesMakeAModel() throws {
        try Data("prec = 1".utf8).write(to: URL(filePath: path("bad.toml")))
        try Data("lr = 1e-4\nepochs = 3\nbeta = 0.2".utf8).write(
            to: URL(filePath: path("good.toml")))
        let arguments = ["-m", model, "-o", path("run"), "--json", "--config"]
        let refused = try CommandLineTool.run(tune("dpo", arguments + [path("bad.toml")]))
        #expect(refused.status == 1)
        #expect(refused.errors.contains("unknown key prec"), "\(refused.errors)")
        let output = try CommandLineTool.succeed(tune("dpo", arguments + [path("good.toml")]))
        let report: Report = try output.json()
        #expect(report.finished)
        #expect(try #require(report.margin) > 0)
        #expect(report.held_out_loss == nil)
    }

    @Test(arguments: ["sft", "dpo"])
    func killedRunsGoOn(command: String) async throws {
        let recipe = ["--epochs", "40", "--lr", "1e-4", "--name", "run"]
        let running = ["--checkpoint-every", "4"]
        _ = try CommandLineTool.succeed(
            tune(command, ["-m", model, "-o", path("whole")] + recipe + running))
        let tool = try RunningTool(
            tune(command, ["-m", model, "-o", path("run")] + recipe + running))
        try await tool.wait("a checkpoint should come") {
            ((try? FileManager.default.contentsOfDirectory(atPath: path("run"))) ?? [])
                .contains { $0.hasPrefix("checkpoint-") && $0.hasSuffix(".safetensors") }
        }
        tool.kill()
        _ = try CommandLineTool.succeed(
            tune(command, ["-o", path("run"), "--resume"] + running))
        #expect(try losses("run") == (try losses("whole")))
        let other = try CommandLineTool.run([
            "train", command == "sft" ? "dpo" : "sft", path("pairs.jsonl"), "-o", path("run"),
            "--resume",
        ])
        #expect(other.status == 1)
        #expect(other.errors.contains("the run was made by `bitnet train \(command)`"))
    }

    private func losses(_ run: String) throws -> [Double] {
        struct Record: Decodable {
            let loss: Double?
        }
        return try String(contentsOfFile: path("\(run)/log.jsonl"), encoding: .utf8)
            .split(separator: "\n").compactMap {
                try JSONDecoder().decode(Record.self, from: Data($0.utf8)).loss
            }
    }

    @Test func modelsThatCannotBeTrainedAreNamed() throws {
        let cases = [
            ("/no/such", "/no/such: no such file or folder"),
            (Fixtures.path("bitnet-128/packed"), "training needs the model's float master weights"),
            (Fixtures.path("dense-llama"), "config.json"),
        ]
        for (model, message) in cases {
            let output = try CommandLineTool.run(tune("sft", ["-m", model, "-o", path("x")]))
            #expect(output.status == 1)
            #expect(output.errors.contains(message), "\(output.errors)")
        }
        let own = try CommandLineTool.run(tune("sft", ["-m", model, "-o", model + "/"]))
        #expect(own.errors.contains("the run's folder is the model's own"))
        let other = try CommandLineTool.run(
            tune("sft", ["-m", model, "-o", Fixtures.path("bitnet-128/packed"), "--force"]))
        #expect(other.errors.contains("there is a model that is no training run's"))
        #expect(try folder.contents() == ["chats.jsonl", "pairs.jsonl"])
    }

    @Test(arguments: [
        ("sft", "", "the file has no lines"), ("sft", "{", "line 1"),
        ("sft", #"{"prompt":"a"}"#, "line 1"), ("dpo", #"{"prompt":"a"}"#, "line 1"),
        ("dpo", #"{"prompt":"a","chosen":"b","rejected":"b"}"#, "both answers are the same"),
    ])
    func badDataIsNamed(command: String, data: String, message: String) throws {
        let file = try folder.write(Array(data.utf8), to: "bad.jsonl")
        let output = try CommandLineTool.run([
            "train", command, file, "-m", model, "-o", path("x"),
        ])
        #expect(output.status == 1)
        #expect(output.errors.contains(message), "\(output.errors)")
        #expect(!FileManager.default.fileExists(atPath: path("x")))
    }

    @Test func aTemplateCanBeGiven() throws {
        let bare = path("bare")
        try FileManager.default.copyItem(atPath: model, toPath: bare)
        let names = try FileManager.default.contentsOfDirectory(atPath: bare)
        for name in names where name.hasPrefix("tokenizer_config") || name.hasSuffix(".jinja") {
            try FileManager.default.removeItem(atPath: "\(bare)/\(name)")
        }
        let arguments = tune("sft", ["-m", bare, "-o", path("run"), "--epochs", "1"])
        let refused = try CommandLineTool.run(arguments)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("the model has no chat template"), "\(refused.errors)")
        let template = "{% for m in messages %}{{ m.content }};{% endfor %}"
        try folder.write(Array(template.utf8), to: "chat.jinja")
        let output = try CommandLineTool.succeed(
            arguments + ["--chat-template", path("chat.jinja")])
        #expect(output.errors.contains("12 answers end without a token that ends a turn"))
        #expect(
            try String(contentsOfFile: path("run/chat_template.jinja"), encoding: .utf8) == template
        )
    }

    @Test(arguments: [
        ["sft", "a"], ["sft", "a", "-o", "x"], ["dpo", "a", "-o", "x"],
        ["sft", "a", "-o", "x", "-m", "m", "--resume"],
        ["sft", "a", "-o", "x", "--resume", "--lr", "1"],
        ["sft", "a", "-o", "x", "--resume", "--held-out", "0.1"],
        ["sft", "a", "-o", "x", "--resume", "--force"],
        ["sft", "a", "-o", "x", "-m", "m", "--held-out", "1.5"],
        ["sft", "a", "-o", "x", "-m", "m", "--reduction", "max"],
        ["sft", "a", "-o", "x", "-m", "m", "--epochs", "0"],
        ["dpo", "a", "-o", "x", "-m", "m", "--beta", "0"],
        ["dpo", "a", "-o", "x", "--resume", "--beta", "1"],
        ["dpo", "a", "-o", "x", "-m", "m", "--batch-tokens", "0"],
    ])
    func contradictionsAreUsageErrors(arguments: [String]) throws {
        let output = try CommandLineTool.run(["train"] + arguments)
        #expect(output.status == 64, "\(arguments): \(output.errors)")
        #expect(!FileManager.default.fileExists(atPath: "x"))
    }
}
