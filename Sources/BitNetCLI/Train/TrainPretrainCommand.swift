import ArgumentParser
import BitNetGeneration
import BitNetModels
import BitNetTensors
import BitNetTokenizers
import BitNetTraining

struct TrainPretrainCommand: TrainingRunCommand {
    static let configuration = CommandConfiguration(
        commandName: "pretrain",
        abstract: "Train a model from scratch on prepared data.",
        discussion: """
            DATA is a folder that `bitnet train prepare` wrote. The model, its log and its \
            checkpoints go to the folder of -o, which can be run at any time: bitnet run FOLDER.

            One dial sets the size: --depth. Width, heads, batch, learning rate and steps follow \
            from it and from the data, and are printed; each can be set by hand, on the command \
            line or in a TOML file (--config), whose keys are the long options without dashes. \
            The recipe is that of BitNet b1.58: AdamW (0.9, 0.95), gradients clipped at 1, a \
            warm-up, a learning rate that falls linearly and drops at half of the steps, weight \
            decay 0.1 and then 0. --precision full trains the full-precision twin.

            Ctrl-C saves the state and ends; --resume goes on from the newest checkpoint, with \
            the same losses as if nothing had happened, also after a power cut. \
            `bitnet train plot FOLDER/log.jsonl -o curves.svg` draws the curves.

            EXAMPLES
              bitnet train pretrain data/ -o runs/small
              bitnet train pretrain data/ -o runs/large --depth 8 --steps 4000
              bitnet train pretrain data/ -o runs/twin --precision full
              bitnet train pretrain data/ -o runs/large --resume
              mpirun -n 4 bitnet train pretrain data/ -o runs/large
            """)

    @Argument(help: ArgumentHelp("The prepared data.", valueName: "data"))
    var data: String

    @OptionGroup var runFolder: RunFolderOptions

    @Option(
        help: ArgumentHelp(
            "Begin with the master weights of a model (bf16 folder, or GGUF with F16, BF16 or F32 "
                + "projections) instead of random ones.", valueName: "model"))
    var from: String?

    @OptionGroup(title: "Model and recipe") var recipe: RecipeOptions
    @OptionGroup(title: "The run") var running: RunningOptions

    mutating func validate() throws {
        if runFolder.resume, from != nil || recipe.isSet {
            throw ValidationError(
                "--resume takes all settings from the checkpoint; leave the recipe and --from out")
        }
    }

    func run() async throws { try await train() }

    func makeRun(_ communicator: any Communicator) throws -> (run: TrainingRun, description: String)
    {
        let dataset = try TokenDataset(path: data)
        let compute = try running.makeCompute(communicator)
        let (settings, start) = try plan(dataset, compute)
        let task = try PretrainTask(
            settings, dataset, try running.options(steps: settings.schedule.steps, runFolder),
            communicator)
        let run = try TrainingRun(task, runFolder.folder, start: start, compute)
        return (run, Self.description(run, settings, dataset))
    }

    private func plan(
        _ dataset: TokenDataset, _ compute: ComputeContext
    ) throws -> (PretrainSettings, TrainingRun.Start) {
        if runFolder.resume {
            let checkpoint = try runFolder.checkpoint()
            return (try PretrainTask.settings(checkpoint), .checkpoint(checkpoint))
        }
        try runFolder.check()
        let masters = try from.map {
            try MasterWeights(try ModelCheckpoint(path: $0), compute)
        }
        if let from, let masters {
            try checkVocabulary(from, masters.configuration.vocabularySize, dataset)
        }
        let settings = try recipe.settings(
            dataset, masters?.configuration, name: runFolder.defaultName)
        return (settings, .fresh(masters))
    }

    /// The data's tokens must be the model's; a model may have room for further ones.
    private func checkVocabulary(_ model: String, _ size: Int, _ dataset: TokenDataset) throws {
        let tokens = try dataset.tokenizerFiles.tokenizer()
        let own = try? TokenizerLoader.load(path: model)
        let isSame = own.map { own in
            (0..<Int32(dataset.vocabularySize)).allSatisfy {
                tokens.bytes(of: $0) == own.bytes(of: $0)
            }
        }
        let fits = isSame == true ? size >= dataset.vocabularySize : size == dataset.vocabularySize
        guard fits, isSame != false else {
            throw CommandFailure(
                "\(data): the data has a vocabulary of \(dataset.vocabularySize) tokens, the model "
                    + "of --from \(fits ? "other ones" : "one of \(size)"); prepare the data with "
                    + "the model's own tokenizer: bitnet train prepare --tokenizer MODEL")
        }
    }

    private static func description(
        _ run: TrainingRun, _ settings: PretrainSettings, _ dataset: TokenDataset
    ) -> String {
        let schedule = settings.schedule
        let tokens = schedule.steps * settings.batchTokens
        let epochs = Double(tokens) / Double(dataset.tokenCount)
        return """
            model: \(run.model.summary)
            data: \(NumberFormat.count(dataset.tokenCount)) tokens; \(schedule.steps) steps of \
            \(settings.sequences) x \(settings.length) tokens, \(NumberFormat.fixed(epochs, 1)) epochs
            recipe: AdamW, learning rate \(schedule.peak), from step \(schedule.switchStep + 1) on \
            \(schedule.secondPeak), falling to 0; warm-up \(schedule.warmUpSteps); weight decay \
            \(schedule.weightDecay), then 0; seed \(settings.seed)
            """
    }
}

extension TrainableModel {
    /// Its size and shape in a line.
    var summary: String {
        let count = weights.layout.parameters.reduce(0) { $0 + $1.count }
        return "\(NumberFormat.count(count)) parameters, \(precision.rawValue); "
            + "\(configuration.layerCount) layers, hidden \(configuration.hiddenSize), feed-forward "
            + "\(configuration.feedForwardSize), \(configuration.headCount)/"
            + "\(configuration.keyValueHeadCount) heads of \(configuration.headDimension), vocabulary "
            + "\(configuration.vocabularySize)"
    }
}
