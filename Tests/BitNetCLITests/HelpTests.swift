import Foundation
import Testing

/// The help of every command is pinned: it is what users and scripts rely on.
struct HelpTests {
    private static let commands = [
        "bench", "constraint", "convert", "detokenize", "embed", "inspect", "logits",
        "perplexity", "run",
        "synth",
        "tokenize",
    ]

    @Test(arguments: commands)
    func helpIsAsWritten(command: String) throws {
        try expectHelp([command, "--help"], "\(command).txt")
    }

    @Test(arguments: ["tokenizer", "prepare", "pretrain", "sft", "dpo", "check", "bench"])
    func helpOfTrainingIsAsWritten(command: String) throws {
        try expectHelp(["train", command, "--help"], "train-\(command).txt")
    }

    #if Server
    @Test func helpOfServingIsAsWritten() throws {
        try expectHelp(["serve", "--help"], "serve.txt")
    }
    #endif

    @Test func helpOfTheProgramIsAsWritten() throws {
        try expectHelp(["--help"], "bitnet.txt")
    }

    private func expectHelp(_ arguments: [String], _ name: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Help/\(name)")
        let output = try CommandLineTool.succeed(arguments)
        #expect(output.text == (try String(contentsOf: file, encoding: .utf8)))
        #expect(output.errors == "")
    }
}
