import ArgumentParser
import BitNetGeneration
import BitNetModels
import BitNetTensors
import BitNetTokenizers
import BitNetTraining

struct TrainPretrainCommand: AsyncParsableCommand {
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

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The run's folder.", valueName: "folder"))
    var output: String

    @Flag(help: "Go on from the newest checkpoint in the run's folder.")
    var resume = false

    @Flag(help: "Replace a former run in the folder.")
    var force = false

    @Option(
        help: ArgumentHelp(
            "Begin with the master weights of a model (bf16 folder, or GGUF with F16, BF16 or F32 "
                + "projections) instead of random ones.", valueName: "model"))
    var from: String?

    @OptionGroup(title: "Model and recipe") var recipe: RecipeOptions
    @OptionGroup(title: "The run") var running: RunningOptions

    mutating func validate() throws {
        if resume, force || from != nil || recipe.isSet {
            throw ValidationError(
                "--resume takes all settings from the checkpoint; leave the recipe, --from and "
                    + "--force out")
        }
    }

    func run() async throws {
        let stop = StopRequest()
        let interrupts = Interrupts()
        try await Communicators.run { communicator in
            try await interrupts.during({ stop.request() }) {
                try train(communicator, stop)
            }
        }
    }

    private func train(
        _ communicator: any Communicator, _ stop: StopRequest
    ) throws {
        let progress = TrainingProgress(isShown: communicator.rank == 0, running.json)
        let dataset = try TokenDataset(path: data)
        let folder = RunFolder(output)
        let compute = try running.makeCompute(communicator)
        let (settings, start) = try plan(dataset, folder, compute, communicator)
        var options = try running.options(settings)
        options.replacesFormerRun = force
        let run = try PretrainRun(
            settings, dataset, folder, start: start, options, compute, communicator)
        progress.begin(run, dataset)
        let isFinished = try run.run(shouldStop: { stop.isRequested }) { progress.show($0) }
        try progress.end(run, isFinished: isFinished, output)
    }

    private func plan(
        _ dataset: TokenDataset, _ folder: RunFolder, _ compute: ComputeContext,
        _ communicator: any Communicator
    ) throws -> (PretrainSettings, PretrainRun.Start) {
        if resume {
            let checkpoint = try checkpoint(folder, isShown: communicator.rank == 0)
            return (try PretrainRun.settings(checkpoint), .checkpoint(checkpoint))
        }
        // All processes look before the first one removes anything.
        let holdsRun = folder.holdsRun
        try communicator.barrier()
        guard force || !holdsRun else {
            throw CommandFailure(
                "\(output): there is a run already; go on with it (--resume), replace it "
                    + "(--force), or choose another folder")
        }
        let masters = try from.map {
            try MasterWeights(try ModelCheckpoint(path: $0), compute)
        }
        if let from, let masters {
            try checkVocabulary(from, masters.configuration.vocabularySize, dataset)
        }
        let settings = try recipe.settings(dataset, masters?.configuration, output: output)
        return (settings, .fresh(masters))
    }

    /// The checkpoint to go on from; says which ones are damaged.
    private func checkpoint(_ folder: RunFolder, isShown: Bool) throws -> TrainingCheckpoint {
        let newest = try folder.newest { error in
            if isShown { StandardStreams.note("warning: \(error); looking for an older checkpoint") }
        }
        if let newest { return newest }
        throw CommandFailure(
            folder.holdsRun
                ? "\(output): the run ended before its first checkpoint, so there is none to resume "
                    + "from; start it again, with --force in place of --resume"
                : "\(output): there is no checkpoint to resume from; start the run without --resume")
    }

    /// The data's tokens must be the model's; a model may have room for further ones.
    private func checkVocabulary(_ model: String, _ size: Int, _ dataset: TokenDataset) throws {
        let tokens = try dataset.tokenizerFiles.tokenizer()
        let own = try? TokenizerLoader.load(path: model)
        let isSame = own.map { own in
            (0..<Int32(dataset.vocabularySize)).allSatisfy { tokens.bytes(of: $0) == own.bytes(of: $0) }
        }
        let fits = isSame == true ? size >= dataset.vocabularySize : size == dataset.vocabularySize
        guard fits, isSame != false else {
            throw CommandFailure(
                "\(data): the data has a vocabulary of \(dataset.vocabularySize) tokens, the model "
                    + "of --from \(fits ? "other ones" : "one of \(size)"); prepare the data with "
                    + "the model's own tokenizer: bitnet train prepare --tokenizer MODEL")
        }
    }
}
