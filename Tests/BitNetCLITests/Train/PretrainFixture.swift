import BitNetTestSupport
import Foundation
import Testing

/// Prepared data and the command that trains a tiny model on it.
struct PretrainFixture {
    let folder: TemporaryFolder
    /// A run of 40 steps in well under a second.
    static let recipe = [
        "--depth", "2", "--hidden", "64", "--feed-forward", "128", "--heads", "2", "--kv-heads",
        "1", "--head-dim", "32", "--length", "32", "--batch", "4", "--steps", "40",
    ]
    /// How often such a run saves and measures.
    static let intervals = ["--checkpoint-every", "4", "--eval-every", "5"]

    init() throws {
        folder = try TemporaryFolder()
        try prepare("data")
    }

    func path(_ name: String) -> String { folder.path(name) }

    /// Prepares about 18,000 tokens, of which a tenth is held out.
    func prepare(_ name: String, seed: Int = 0, heldOut: String = "0.1") throws {
        let text = (0..<600).map { index in
            let words = ["river", "mountain", "harbour", "garden", "village"]
            return "She walked \(index * 7 % 13) miles to the \(words[index * 11 % 5]) again.\n"
        }.joined()
        try Data(text.utf8).write(to: URL(filePath: path("text.txt")))
        _ = try CommandLineTool.succeed([
            "train", "prepare", path("text.txt"), "--lines", "--vocab-size", "280", "--held-out",
            heldOut, "--seed", "\(seed)", "-o", path(name),
        ])
    }

    /// The arguments of a run in the folder `run`.
    func arguments(_ run: String, data: String = "data", _ options: [String]) -> [String] {
        ["train", "pretrain", path(data), "-o", path(run)] + options
    }

    /// Trains from the beginning to the end.
    @discardableResult
    func train(_ run: String, _ options: [String] = [], environment: [String: String] = [:])
        throws -> CommandLineTool.Output
    {
        let output = try CommandLineTool.run(
            arguments(run, Self.recipe + Self.intervals + options), environment: environment)
        try #require(output.status == 0, "\(output.errors)")
        return output
    }

    /// Goes on to the end.
    @discardableResult
    func resume(_ run: String, _ options: [String] = []) throws -> CommandLineTool.Output {
        try CommandLineTool.succeed(arguments(run, ["--resume"] + Self.intervals + options))
    }

    /// Expects a refusal that contains `message`.
    func refuses(
        _ run: String, data: String = "data", _ options: [String], _ message: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let output = try CommandLineTool.run(arguments(run, data: data, options))
        #expect(output.status == 1, sourceLocation: sourceLocation)
        #expect(output.errors.contains(message), "\(output.errors)", sourceLocation: sourceLocation)
    }

    /// The log without its times: what two equal runs have in common.
    func log(_ run: String) throws -> [String] {
        try String(contentsOf: URL(filePath: path("\(run)/log.jsonl")), encoding: .utf8)
            .split(separator: "\n").map { line in
                line.split(separator: ",").filter {
                    !$0.hasPrefix("\"seconds\"") && !$0.hasPrefix("\"tokens_per_second\"")
                        && !$0.hasPrefix("\"name\"")
                }.joined(separator: ",")
            }
    }

    /// The bytes of a file.
    func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: path(name))) }

    /// The names of a run's checkpoints, oldest first.
    func checkpoints(_ run: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path(run))) ?? []
        return names.filter { $0.hasPrefix("checkpoint-") && $0.hasSuffix(".safetensors") }.sorted()
    }

    /// Expects that two runs had the same losses to the last bit, and gave the same model.
    func expectEqual(
        _ run: String, _ other: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(try log(run) == log(other), sourceLocation: sourceLocation)
        for file in ["model.safetensors", "config.json", "tokenizer.json"] {
            #expect(
                try bytes("\(run)/\(file)") == bytes("\(other)/\(file)"), "\(file)",
                sourceLocation: sourceLocation)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: path(run))
        #expect(!names.contains { $0.hasSuffix(".tmp") }, sourceLocation: sourceLocation)
    }
}
