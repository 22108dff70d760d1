import ArgumentParser

struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train ternary models: from scratch, on conversations, on preferences.",
        subcommands: [
            TrainTokenizerCommand.self, TrainPrepareCommand.self, TrainPretrainCommand.self,
            TrainSFTCommand.self, TrainDPOCommand.self,
            TrainPlotCommand.self,
            TrainCheckCommand.self, TrainBenchCommand.self,
        ])
}
