import ArgumentParser

@main
struct BitNetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bitnet",
        abstract: "Run ternary (1.58-bit) language models.",
        subcommands: [
            LogitsCommand.self, PerplexityCommand.self, TokenizeCommand.self,
            DetokenizeCommand.self, InspectCommand.self, BenchCommand.self,
        ])

    /// What every failure begins with on standard error.
    static var _errorPrefix: String { "error: " }
}
