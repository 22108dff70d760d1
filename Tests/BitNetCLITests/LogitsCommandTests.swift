import BitNetTestSupport
import Foundation
import Testing

struct LogitsCommandTests {
    private let model = Fixtures.path("bitnet-256/packed")

    private func logits(_ json: String, _ options: [String] = ["-t", "1"]) throws
        -> CommandLineTool.Output
    {
        try CommandLineTool.run(["logits", "-m", model] + options, input: Data(json.utf8))
    }

    @Test func positionsDefaultToAll() throws {
        let output = try logits(#"{"prompts":[{"ids":[591,5,6]}], "other": 1}"#)
        let result: LogitsExpectation.Result = try output.json()
        #expect(result.prompts.map(\.positions) == [[0, 1, 2]])
        #expect(result.prompts[0].logits.map(\.count) == [599, 599, 599])
        #expect(result.prompts[0].greedy == nil)
        #expect(result.nll == nil)
        #expect(output.errors == "")
    }

    @Test func positionsComeInTheOrderAskedFor() throws {
        let all: LogitsExpectation.Result = try logits(#"{"prompts":[{"ids":[591,5,6]}]}"#).json()
        let some: LogitsExpectation.Result = try logits(
            #"{"prompts":[{"ids":[591,5,6],"positions":[2,0,2]}]}"#, ["-b", "2", "-t", "1"]
        ).json()
        let rows = all.prompts[0].logits
        #expect(some.prompts[0].logits == [rows[2], rows[0], rows[2]])
    }

    @Test func threadsAndBatchesDoNotChangeAByte() throws {
        let input = Fixtures.path("bitnet-256/expected.json")
        let outputs = try [["-t", "1", "-b", "1"], ["-t", "2", "-b", "7"], ["-t", "3"]].map {
            try CommandLineTool.succeed(
                ["logits", "-m", model, "--input", input, "--greedy", "3", "--nll"] + $0
            ).data
        }
        #expect(outputs[0].count > 10_000)
        #expect(outputs[1] == outputs[0])
        #expect(outputs[2] == outputs[0])
    }

    @Test func outputFilesAppearWhole() throws {
        let folder = try TemporaryFolder()
        let input = try folder.write(Array(#"{"prompts":[{"ids":[1]}]}"#.utf8), to: "in.json")
        let output = try CommandLineTool.succeed([
            "logits", "-m", model, "--input", input, "--output", folder.path("out.json"), "-t", "1",
        ])
        #expect(output.text == "")
        #expect(try folder.contents() == ["in.json", "out.json"])
        let result = try JSONDecoder().decode(
            LogitsExpectation.Result.self,
            from: Data(contentsOf: URL(filePath: folder.path("out.json"))))
        #expect(result.prompts.map(\.ids) == [[1]])
    }

    @Test(arguments: [
        (#"{"prompts":[{"ids":[1,599]}]}"#, "prompts[0].ids[1]: expected a token id of 0 to 598"),
        (#"{"prompts":[{"ids":[1]},{"ids":[-1]}]}"#, "prompts[1].ids[0]: expected a token id"),
        (#"{"prompts":[{"ids":[]}]}"#, "prompts[0].ids: expected at least one token id"),
        (#"{"prompts":[{"ids":[1],"positions":[1]}]}"#, "prompts[0].positions[0]: expected 0 to 0"),
        (#"{"prompts":[{"ids":[1,"x"]}]}"#, "prompts[0].ids[1]: expected an integer"),
        (#"{"prompts":[{}]}"#, #"prompts[0]: "ids" is missing"#),
        (#"{"prompts":[{"ids":3}]}"#, "prompts[0].ids: expected a list"),
        (#"{"prompts":"#, "not valid JSON"),
        ("", "not valid JSON"),
    ])
    func badInputIsRefused(json: String, message: String) throws {
        let output = try logits(json)
        #expect(output.status == 1)
        #expect(output.text == "")
        #expect(output.errors.hasPrefix("error: "))
        #expect(output.errors.contains(message), "\(output.errors)")
    }

    @Test func likelihoodNeedsItsPrompt() throws {
        let missing = try logits(#"{"prompts":[{"ids":[1,2]}]}"#, ["--nll"])
        #expect(missing.status == 1)
        #expect(missing.errors.contains("--nll: the input has no"))
        let wrong = try logits(
            #"{"prompts":[{"ids":[1,2]}],"nll":{"prompt":"a"}}"#, ["--nll"])
        #expect(wrong.errors == "error: nll.prompt: there is no prompt named \"a\"\n")
    }
}
