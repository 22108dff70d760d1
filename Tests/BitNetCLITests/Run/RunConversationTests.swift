import BitNetTestSupport
import Foundation
import Testing

/// `bitnet run` without a prompt.
struct RunConversationTests {
    private static let greedy = ["run", "--temp", "0", "-n", "3", "-t", "1"]
    private static let model = ["-m", Fixtures.path("bitnet-256/packed")]

    private func hold(_ input: String, _ arguments: [String] = []) throws -> CommandLineTool.Output
    {
        try CommandLineTool.succeed(Self.greedy + arguments, input: Data(input.utf8))
    }

    @Test func everyLineIsAnswered() throws {
        let output = try hold("In the beginning\n\n   \nBlessed are")
        #expect(output.text == " of the LORD\n the LORD's\n")
        #expect(output.errors.components(separatedBy: "generated 3").count == 3)
        #expect(!output.errors.contains(">"), "a prompt sign is for people only")
    }

    @Test func commandsAreObeyed() throws {
        let output = try hold("/help\n/bogus\nIn the beginning\n/bye\nBlessed are\n")
        #expect(output.text == " of the LORD\n")
        #expect(output.errors.contains("/clear"))
        #expect(output.errors.contains("There is no command /bogus; try /help."))
    }

    @Test func threeQuotesHoldSeveralLinesTogether() throws {
        let block = try hold("\"\"\"\nIn the\nbeginning\n\"\"\"\n", ["--json"])
        let inLine = try hold("\"\"\"In the\nbeginning\"\"\"\n", ["--json"])
        let open = try hold("\"\"\"In the\nbeginning", ["--json"])
        struct Report: Decodable, Equatable {
            let text: String
            let prompt_tokens: Int
        }
        let report: Report = try block.json()
        #expect(try inLine.json(as: Report.self) == report)
        #expect(try open.json(as: Report.self) == report)
        let line: Report = try hold("In the\n", ["--json"]).json()
        #expect(report.prompt_tokens > line.prompt_tokens)
        #expect(try hold("\"\"\"\"\"\"\n").text.isEmpty)
    }

    @Test func laterTurnsSeeTheEarlierOnesUntilTheyAreCleared() throws {
        let output = try hold("Hello!\nHello!\n/clear\nHello!\n", Self.model)
        let counts = output.errors.matches(of: /prompt (\d+) tokens(?: \((\d+) reused\))?/)
        try #require(counts.count == 3, "\(output.errors)")
        #expect(counts[0].1 == "20")
        #expect(try #require(Int(counts[1].1)) > 30)
        #expect(counts[1].2 != nil)
        #expect(counts[2].1 == "20")
        // All but the last token of the first turn's prompt, which is the same.
        #expect(counts[2].2 == "19")
    }

    @Test func aFailedAnswerDoesNotEndTheConversationButIsNotForgotten() throws {
        let long = String(repeating: "word ", count: 60)
        let output = try CommandLineTool.run(
            Self.greedy + ["-c", "32"], input: Data("\(long)\nIn the beginning\n".utf8))
        #expect(output.status == 1)
        #expect(output.errors.contains("error: the prompt has"))
        #expect(output.text == " of the LORD\n")
    }
}
