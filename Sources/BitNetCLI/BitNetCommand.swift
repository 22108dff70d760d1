import ArgumentParser

@main
struct BitNetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bitnet",
        abstract: "Run ternary (1.58-bit) language models.",
        version: "0.1.0",
        subcommands: [
            RunCommand.self, InspectCommand.self, BenchCommand.self, PerplexityCommand.self,
            LogitsCommand.self, TokenizeCommand.self, DetokenizeCommand.self, ConvertCommand.self,
            SynthCommand.self, TrainCommand.self,
        ])

    /// What every failure begins with on standard error.
    static var _errorPrefix: String { "error: " }
}
