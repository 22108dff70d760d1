import BitNetTestSupport
import Foundation
import Testing

/// Ctrl-C, in generations that would go on for hours.
struct RunInterruptTests {
    private static let endless = [
        "run", "-n", "-1", "-c", "1000000", "--ignore-eos", "--repeat-penalty", "1.3",
    ]

    @Test func anInterruptEndsAnAnswerWithItsStatistics() async throws {
        let tool = try RunningTool(Self.endless + ["In the beginning"])
        try await tool.wait("text should come") { tool.text.count > 100 }
        tool.interrupt()
        let (status, seconds) = try await tool.end()
        #expect(status == 130)
        #expect(seconds < 1)
        #expect(tool.text.hasPrefix("In the beginning"))
        #expect(tool.text.hasSuffix("\n"))
        #expect(tool.notes.hasPrefix("[stopped]\n"))
        #expect(tool.notes.contains("tokens/s"))
    }

    @Test func aConversationOutlivesTheInterruptOfAnAnswer() async throws {
        let tool = try RunningTool(Self.endless)
        for turn in 1...2 {
            let before = tool.text.count
            try tool.type("In the beginning")
            try await tool.wait("text should come") { tool.text.count > before + 50 }
            tool.interrupt()
            try await tool.wait("the answer should end") {
                tool.notes.components(separatedBy: "[stopped]").count == turn + 1
                    && tool.notes.hasSuffix("]\n")
            }
        }
        try tool.type("/bogus")
        try tool.endInput()
        #expect(try await tool.end().status == 0)
        #expect(tool.notes.contains("There is no command /bogus"))
    }

    @Test func anInterruptBetweenAnswersEndsTheProcess() async throws {
        let tool = try RunningTool(["run", "-n", "2"])
        try tool.type("In the beginning")
        try await tool.wait("the answer should end") { tool.notes.contains("generated 2") }
        tool.interrupt()
        #expect(try await tool.end().status == 130)
    }
}
