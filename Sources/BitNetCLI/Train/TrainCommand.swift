import ArgumentParser

struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train ternary models: from scratch, on conversations, on preferences.",
        subcommands: [
            TrainTokenizerCommand.self, TrainPrepareCommand.self, TrainCheckCommand.self,
            TrainPlotCommand.self,
        ])
}
