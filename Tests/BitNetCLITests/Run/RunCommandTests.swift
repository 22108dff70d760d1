import BitNetTestSupport
import Foundation
import Testing

/// `bitnet run` with a prompt.
struct RunCommandTests {
    private static let chatModel = Fixtures.path("bitnet-256/packed")
    private static let greedy = ["--temp", "0", "-n", "12", "-t", "1"]
    private static let opening = "In the beginning of the LORD, and in the heavens, and in the\n"

    private func run(_ arguments: [String], input: String = "") throws -> CommandLineTool.Output {
        try CommandLineTool.succeed(["run"] + arguments, input: Data(input.utf8))
    }

    private func fail(_ arguments: [String], input: Data = Data()) throws -> CommandLineTool.Output
    {
        let output = try CommandLineTool.run(["run"] + arguments, input: input)
        #expect(output.status != 0)
        #expect(output.errors.hasPrefix("error: "), "\(output.errors)")
        return output
    }

    @Test func theBundledModelContinuesThePrompt() throws {
        let output = try run(["In the beginning"] + Self.greedy)
        #expect(output.text == Self.opening)
        #expect(output.errors.contains("generated 12"))
        #expect(output.errors.contains("tokens/s"))
        #expect(output.errors.count { $0 == "\n" } == 1)
    }

    @Test(arguments: [
        (["In", "the", "beginning"], ""), (["-p", "In the beginning"], ""),
        (["-p", "-"], "In the beginning\n"), (["-p", "-"], "In the beginning"),
        (["-"], "In the beginning\r\n"),
    ])
    func everyWayToGiveThePromptIsTheSame(words: [String], input: String) throws {
        #expect(try run(words + Self.greedy, input: input).text == Self.opening)
    }

    @Test func oneSeedGivesOneText() throws {
        let words = ["In the beginning", "-n", "30", "-s"]
        let first = try run(words + ["1"])
        let again = try run(words + ["1", "-b", "2", "-t", "2"])
        let other = try run(words + ["2"])
        #expect(first.text.hasPrefix("In the beginning"))
        #expect(first.text == again.text)
        #expect(first.text != other.text)
        #expect(first.errors.contains("seed 1]"))
    }

    @Test func withoutASeedTheStatisticsTellIt() throws {
        let first = try run(["In the beginning", "-n", "30"])
        let seed = try #require(first.errors.firstMatch(of: /seed (\d+)\]/)).1
        #expect(try run(["In the beginning", "-n", "30", "-s", String(seed)]).text == first.text)
    }

    @Test(arguments: ["packed", "packed/model.safetensors", "model-i2_s.gguf"])
    func theFirstWordMayBeTheModel(file: String) throws {
        let path = Fixtures.path("bitnet-256/\(file)")
        let words = ["the", "lamp", "-n", "8", "-s", "1", "--raw"]
        let output = try run([path] + words)
        #expect(output.text.hasPrefix("the lamp"))
        #expect(output.text == (try run(["-m", path] + words).text))
    }

    @Test func theBundledModelHasAName() throws {
        #expect(try run(["kjv-tiny", "In the beginning"] + Self.greedy).text == Self.opening)
        #expect(try run(["-m", "kjv-tiny", "In the beginning"] + Self.greedy).text == Self.opening)
    }

    private struct Report: Decodable {
        let text: String
        let finish_reason: String
        let stop_string: String?
        let tokens: [Int]
        let seed: UInt64
        let prompt_tokens: Int
        let generated_tokens: Int
        let drafted_tokens: Int
        let accepted_tokens: Int
        let time_to_first_token_seconds: Double
        let prompt_tokens_per_second: Double
        let decode_tokens_per_second: Double
        let peak_memory_bytes: Int
    }

    @Test func jsonHasTextTokensReasonAndStatistics() throws {
        let output = try run(["In the beginning", "--json", "-s", "9"] + Self.greedy)
        let report: Report = try output.json()
        #expect("In the beginning" + report.text + "\n" == Self.opening)
        #expect(report.finish_reason == "maximum_tokens")
        #expect(report.stop_string == nil)
        #expect(report.tokens.count == 12)
        #expect(report.generated_tokens == 12)
        #expect(report.prompt_tokens == 5)
        #expect(report.seed == 9)
        #expect(report.time_to_first_token_seconds > 0)
        #expect(report.prompt_tokens_per_second > 0)
        #expect(report.decode_tokens_per_second > 0)
        #expect(report.peak_memory_bytes > 1_000_000)
        #expect(output.errors.isEmpty)
    }

    /// The bundled model repeats itself when it is greedy.
    @Test func draftsAreReportedAndDoNotChangeTheText() throws {
        let words = ["In the beginning", "--temp", "0", "-n", "80"]
        let drafted: Report = try run(words + ["--json"]).json()
        let plain: Report = try run(words + ["--draft-max", "0", "--json"]).json()
        #expect(drafted.text == plain.text)
        #expect(drafted.tokens == plain.tokens)
        #expect(drafted.accepted_tokens > 20)
        #expect(drafted.drafted_tokens >= drafted.accepted_tokens)
        #expect(plain.drafted_tokens == 0)
        #expect(plain.accepted_tokens == 0)
        #expect(try run(words).errors.contains("guesses right)"))
        #expect(try !run(words + ["--draft-max", "0"]).errors.contains("guesses"))
        #expect(try fail(words + ["--draft-max", "-1"]).status == 64)
    }

    @Test func quietPrintsTheTextAlone() throws {
        let output = try run(["In the beginning", "-q"] + Self.greedy)
        #expect(output.text == Self.opening)
        #expect(output.errors.isEmpty)
    }

    @Test func stopsEndTheText() throws {
        let words = ["In the beginning", "--stop", "RD, a"] + Self.greedy
        #expect(try run(words).text == "In the beginning of the LO\n")
        let report: Report = try run(words + ["--json"]).json()
        #expect(report.finish_reason == "stop_string")
        #expect(report.stop_string == "RD, a")
    }

    @Test func noTokensPrintThePromptAlone() throws {
        let output = try run(["In the beginning", "-n", "0"])
        #expect(output.text == "In the beginning\n")
        #expect(output.errors.contains("generated 0"))
    }

    @Test func minusOneGoesOnUntilTheContextIsFull() throws {
        let output = try run(
            ["In the beginning", "-n", "-1", "-c", "40", "--ignore-eos", "--repeat-last-n", "-1"])
        #expect(output.errors.contains("the context of 40 tokens is full"))
        #expect(output.errors.contains("--ctx-size"))
        #expect(output.errors.contains("generated 36"))
    }

    @Test func aPromptLongerThanTheContextIsExplained() throws {
        let output = try fail(["In the beginning", "-c", "4"])
        #expect(output.status == 1)
        #expect(output.text.isEmpty)
        #expect(output.errors.contains("5 tokens"))
        #expect(output.errors.contains("holds 4"))
    }

    @Test func rawLeavesTheChatTemplateOut() throws {
        let words = ["-m", Self.chatModel, "Hello!", "-n", "8", "-s", "1", "--json"]
        let chat: Report = try run(words).json()
        let raw: Report = try run(words + ["--raw"]).json()
        let system: Report = try run(words + ["--system", "Be brief."]).json()
        // transformers' ids of the rendered conversation, and of the text with begin-of-text.
        #expect(chat.prompt_tokens == 20)
        #expect(raw.prompt_tokens == 5)
        #expect(system.prompt_tokens > 20)
        #expect(try run(words.dropLast() + ["--raw"]).text.hasPrefix("Hello!"))
        #expect(try !run(words.dropLast() + []).text.hasPrefix("Hello!"))
    }

    @Test func aSystemMessageNeedsAChatTemplate() throws {
        let raw = try fail(["-m", Self.chatModel, "--raw", "--system", "Be brief.", "Hi"])
        #expect(raw.status == 64)
        #expect(raw.errors.contains("--raw"))
        let plain = try fail(["--system", "Be brief.", "Hi"])
        #expect(plain.status == 1)
        #expect(plain.errors.contains("no chat template"))
    }

    @Test func missingModelsAreExplained() throws {
        let word = try fail(["nowhere/model.gguf", "Hi"])
        #expect(word.status == 64)
        #expect(word.errors.contains("nowhere/model.gguf"))
        let option = try fail(["-m", "nowhere/model.gguf", "Hi"])
        #expect(option.status == 1)
        #expect(option.errors.contains("nowhere/model.gguf"))
        let twice = try fail(["-p", "one", "two"])
        #expect(twice.status == 64)
    }

    /// A checkpoint's, a model's, a tokenizer's, a kernel's and a generation's own errors.
    @Test(arguments: [
        (["-m", "Package.swift", "Hi"], "not a GGUF file"),
        (["-m", "Tests/Fixtures/tokenizer", "Hi"], "config.json"),
        (["-t", "1", "-c", "1000000000000000", "Hi"], "smaller"),
        (["-c", "9223372036854775807", "Hi"], "smaller"),
    ])
    func failuresAreOneLineOfPlainWords(arguments: [String], words: String) throws {
        let root = Fixtures.folder.deletingLastPathComponent().deletingLastPathComponent()
        let arguments = arguments.map {
            let path = root.appending(path: $0).path(percentEncoded: false)
            return $0.contains(".swift") || $0.contains("/") ? path : $0
        }
        let output = try fail(arguments)
        #expect(output.status == 1)
        #expect(output.errors.contains(words), "\(output.errors)")
        #expect(output.errors.count { $0 == "\n" } == 1)
        #expect(!output.errors.contains("Error("))
    }

    @Test func aDamagedTokenizerIsExplained() throws {
        let folder = try TemporaryFolder()
        for name in ["config.json", "model.safetensors"] {
            try FileManager.default.copyItem(
                atPath: Self.chatModel + "/" + name, toPath: folder.path(name))
        }
        try folder.write(Array("{\"model\": 3}".utf8), to: "tokenizer.json")
        let output = try fail(["-m", folder.path, "Hi"])
        #expect(output.status == 1)
        #expect(output.errors.contains("tokenizer.json"))
        #expect(output.errors.count { $0 == "\n" } == 1)
    }

    @Test func aTemplateThatCanNotBeReadAsksForRaw() throws {
        let folder = try TemporaryFolder()
        for name in ["config.json", "model.safetensors", "tokenizer.json"] {
            try FileManager.default.copyItem(
                atPath: Self.chatModel + "/" + name, toPath: folder.path(name))
        }
        try folder.write(
            Array("{\"chat_template\": \"{% nonsense %}\"}".utf8), to: "tokenizer_config.json")
        let output = try fail(["-m", folder.path, "Hi"])
        #expect(output.errors.contains("--raw"))
        #expect(try run(["-m", folder.path, "--raw", "Hi", "-n", "2"]).text.hasPrefix("Hi"))
    }

    @Test func bytesThatAreNoTextDoNotHurt() throws {
        for bytes in [[0xFF, 0xFE, 0x41, 0x0A], [0xC3], [0x00, 0x0A], []] as [[UInt8]] {
            for arguments in [["-p", "-", "-n", "2"], ["-n", "2"]] {
                let output = try CommandLineTool.run(["run"] + arguments, input: Data(bytes))
                #expect(output.status == 0, "\(bytes) \(output.errors)")
            }
        }
    }
}
