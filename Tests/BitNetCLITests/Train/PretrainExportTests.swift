import BitNetTestSupport
import Foundation
import Testing

/// What training writes is the model that was trained, in every format.
struct PretrainExportTests {
    private struct Measurement: Decodable {
        let mean_nll: Double
    }

    private let fixture: PretrainFixture
    /// Wide enough for every ternary type of GGUF.
    private static let recipe = [
        "--depth", "2", "--hidden", "256", "--feed-forward", "256", "--heads", "4", "--kv-heads",
        "2", "--head-dim", "64", "--batch", "4", "--steps", "12", "--eval-every", "12",
    ]

    init() throws { fixture = try PretrainFixture() }

    /// The held-out text is one window, so that both programs score the same tokens.
    ///
    /// The trainer measures float32 weights, the folder has them in bfloat16: within 2e-3 a token.
    @Test(arguments: ["ternary", "full"])
    func theFolderIsTheModel(precision: String) throws {
        let text = "She walked 5 miles to the garden again. She walked to the river.\n"
        try Data(text.utf8).write(to: URL(filePath: fixture.path("held-out.txt")))
        _ = try CommandLineTool.succeed([
            "train", "prepare", fixture.path("text.txt"), "--lines", "--no-bos", "--vocab-size",
            "280", "--held-out-file", fixture.path("held-out.txt"), "-o", fixture.path("one"),
        ])
        let ids = try CommandLineTool.succeed(
            ["tokenize", "-m", fixture.path("one")], input: Data(text.utf8))
        let count = ids.text.split(separator: " ").count - 1
        let output = try CommandLineTool.succeed(
            fixture.arguments(
                "run", data: "one",
                Self.recipe + ["--length", "\(count - 1)", "--precision", precision, "--json"]))
        struct Report: Decodable {
            let held_out_loss: Double
        }
        let report: Report = try output.json()
        let measured: Measurement = try CommandLineTool.succeed([
            "perplexity", "-m", fixture.path("run"), "-f", fixture.path("held-out.txt"), "-c",
            "\(count)", "--protocol", "consecutive", "--kv", "float32", "--json",
        ]).json()
        #expect(abs(measured.mean_nll - report.held_out_loss) < 2e-3)
        let sample = try CommandLineTool.succeed([
            "run", "-m", fixture.path("run"), "--raw", "She", "-n", "4", "--temp", "0",
        ])
        #expect(sample.text.hasPrefix("She"))
    }

    /// Scales of packed weights and of I2_S are float32, those of TQ2_0 float16: the logits follow.
    @Test func conversionsGiveTheSameLogits() throws {
        _ = try CommandLineTool.succeed(
            fixture.arguments("run", Self.recipe + ["--length", "32"]))
        let expected = try logits("run")
        let types = [
            ("packed", [], 1e-6), ("i2_s", [], 1e-5), ("tq2_0", ["--allow-rounding"], 0.05),
        ]
        for (type, options, tolerance) in types as [(String, [String], Double)] {
            _ = try CommandLineTool.succeed(
                ["convert", fixture.path("run"), fixture.path(type), "--type", type] + options)
            let found = try logits(type)
            let difference = zip(expected, found).map { abs($0 - $1) }.max() ?? .infinity
            #expect(found.count == expected.count)
            #expect(difference <= tolerance, "\(type): off by \(difference)")
        }
    }

    private func logits(_ model: String) throws -> [Double] {
        let result: LogitsExpectation.Result = try CommandLineTool.succeed(
            ["logits", "-m", fixture.path(model)],
            input: Data(#"{"prompts": [{"ids": [1, 50, 70, 120, 200, 270, 3, 4]}]}"#.utf8)
        ).json()
        return result.prompts.flatMap { $0.logits.flatMap { $0 } }
    }

    @Test func trainingGoesOnFromExportedModels() throws {
        try fixture.train("first")
        let shape = ["--length", "32", "--batch", "4", "--steps", "6"]
        let from = ["--from", fixture.path("first")]
        _ = try CommandLineTool.succeed(fixture.arguments("second", from + shape))
        let losses = try (fixture.losses("first"), fixture.losses("second"))
        #expect(losses.1[0] < losses.0[0] - 1)
        try fixture.refuses("third", from + ["--depth", "3"], "depth: 3 was asked for")
        try fixture.refuses("third", from + ["--hidden", "32"], "hidden: 32 was asked for")
        _ = try CommandLineTool.succeed([
            "convert", fixture.path("first"), fixture.path("packed"), "--type", "packed",
        ])
        try fixture.refuses(
            "third", ["--from", fixture.path("packed")], "needs the model's float master weights")
        _ = try CommandLineTool.succeed([
            "train", "prepare", fixture.path("text.txt"), "--vocab-size", "290", "--lines", "-o",
            fixture.path("wide"),
        ])
        try fixture.refuses("third", data: "wide", from, "has a vocabulary of 290 tokens")
        _ = try CommandLineTool.succeed([
            "train", "prepare", fixture.path("data/tokenizer.json"), "--vocab-size", "280", "-o",
            fixture.path("strange"), "--held-out", "0",
        ])
        try fixture.refuses("third", data: "strange", from, "the model of --from other ones")
        #expect(!FileManager.default.fileExists(atPath: fixture.path("third")))
    }

    /// What the recipe does not say of a model that was begun with is in the checkpoint.
    @Test func runsFromLlamaModelsGoOn() throws {
        try fixture.train("first", ["--precision", "full"])
        try fixture.turnIntoLlama("first")
        let start = ["--from", fixture.path("first"), "--length", "32", "--batch", "4", "--steps"]
        let intervals = ["--checkpoint-every", "4", "--eval-every", "5"]
        _ = try CommandLineTool.succeed(fixture.arguments("whole", start + ["12"] + intervals))
        try fixture.removeCheckpoints("whole", after: 8, to: "run")
        try fixture.resume("run")
        try fixture.expectEqual("run", "whole")
        let configuration = String(decoding: try fixture.bytes("run/config.json"), as: UTF8.self)
        #expect(configuration.contains("LlamaForCausalLM"))
        #expect(configuration.contains("\"silu\""))
        #expect(configuration.contains("\"rope_theta\" : 12345"))
        #expect(configuration.contains("\"rope_type\" : \"linear\""))
    }
}

extension PretrainFixture {
    /// Rewrites `config.json`; tensors that the Llama family has no use for stay in the file.
    func turnIntoLlama(_ run: String) throws {
        let file = URL(filePath: path("\(run)/config.json"))
        var configuration = try #require(
            try JSONSerialization.jsonObject(with: try Data(contentsOf: file)) as? [String: Any])
        configuration["architectures"] = ["LlamaForCausalLM"]
        configuration["model_type"] = "llama"
        configuration["hidden_act"] = "silu"
        configuration["rope_theta"] = 12345.0
        configuration["rope_scaling"] = ["rope_type": "linear", "factor": 2.0]
        configuration["quantization_config"] = nil
        try JSONSerialization.data(withJSONObject: configuration).write(to: file)
    }

    /// A copy of a run as it was behind `step`, which it saved.
    func removeCheckpoints(_ run: String, after step: Int, to copy: String) throws {
        try FileManager.default.copyItem(atPath: path(run), toPath: path(copy))
        for name in checkpoints(copy) where name > "checkpoint-0000000\(step).safetensors" {
            try FileManager.default.removeItem(atPath: path("\(copy)/\(name)"))
        }
        try FileManager.default.removeItem(atPath: path("\(copy)/model.safetensors"))
    }
}
