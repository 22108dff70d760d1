import Foundation
import Testing

/// The help of every command is pinned: it is what users and scripts rely on.
struct HelpTests {
    @Test(arguments: ["bench", "detokenize", "inspect", "logits", "perplexity", "tokenize"])
    func helpIsAsWritten(command: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Help/\(command).txt")
        let output = try CommandLineTool.succeed([command, "--help"])
        #expect(output.text == (try String(contentsOf: file, encoding: .utf8)))
        #expect(output.errors == "")
    }
}
