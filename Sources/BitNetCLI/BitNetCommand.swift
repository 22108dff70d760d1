import ArgumentParser

@main
struct BitNetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bitnet",
        abstract: "Run ternary (1.58-bit) language models.",
        subcommands: [
            RunCommand.self, LogitsCommand.self, ConvertCommand.self,
        ])
}
