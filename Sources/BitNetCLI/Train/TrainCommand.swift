import ArgumentParser

struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train ternary models: from scratch, on conversations, on preferences.",
        subcommands: [TrainPlotCommand.self])
}
