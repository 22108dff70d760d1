import BitNetTestSupport
import Foundation
import Testing

/// Failures that all commands share: one line on standard error and the right status.
struct CommandErrorTests {
    /// The commands with their needed options, the model left out.
    private static let commands: [[String]] = [
        ["logits"], ["tokenize"], ["detokenize"], ["bench"], ["perplexity", "-f", "-"],
    ]

    private func expectFailure(_ arguments: [String], _ message: String) throws {
        let output = try CommandLineTool.run(
            arguments, input: Data(#"{"prompts":[]}"#.utf8))
        #expect(output.status == 1, "\(arguments)")
        #expect(output.text == "", "\(arguments)")
        #expect(output.errors.hasPrefix("error: "), "\(output.errors)")
        #expect(output.errors.contains(message), "\(output.errors)")
        #expect(output.errors.split(separator: "\n").count == 1, "\(output.errors)")
    }

    @Test(arguments: commands)
    func missingModels(command: [String]) throws {
        try expectFailure(
            command + ["-m", "/no/such/model"], "/no/such/model: no such file or folder")
    }

    @Test(arguments: commands)
    func filesThatAreNoModels(command: [String]) throws {
        try expectFailure(
            command + ["-m", Fixtures.path("README.md")], "README.md: not a GGUF file")
    }

    @Test(arguments: [0, 3, 4, 30, 3000])
    func truncatedModels(size: Int) throws {
        let folder = try TemporaryFolder()
        let whole = try Data(contentsOf: Fixtures.url("bitnet-256/model-i2_s.gguf"))
        let path = try folder.write([UInt8](whole.prefix(size)), to: "cut.gguf")
        for command in Self.commands { try expectFailure(command + ["-m", path], "cut.gguf") }
        try expectFailure(["inspect", path], "cut.gguf")
    }

    @Test(arguments: commands)
    func unknownOptionsAreUsageErrors(command: [String]) throws {
        let output = try CommandLineTool.run(command + ["-m", "x", "--unknown"])
        #expect(output.status == 64)
        #expect(output.errors.hasPrefix("error: Unknown option '--unknown'\nUsage: bitnet "))
    }

    @Test func threadsAndBatchesHaveLimits() throws {
        for options in [
            ["-t", "0"], ["-t", "1025"], ["-b", "0"], ["-b", "65537"], ["-t", "x"],
        ] {
            let output = try CommandLineTool.run(["logits", "-m", "x"] + options)
            #expect(output.status == 64, "\(options)")
            #expect(output.errors.hasPrefix("error: "), "\(output.errors)")
        }
    }

    @Test func missingTextsAndInputsAreNamed() throws {
        let model = Fixtures.path("bitnet-256/packed")
        try expectFailure(
            ["perplexity", "-m", model, "-f", "/no/text"], "/no/text: no such file")
        try expectFailure(["logits", "-m", model, "--input", "/no/in"], "/no/in: no such file")
        try expectFailure(
            ["logits", "-m", model, "--output", "/no/folder/out"], "cannot create the file")
    }
}
