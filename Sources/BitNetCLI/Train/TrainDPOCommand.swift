import ArgumentParser
import BitNetModels
import BitNetTraining

struct TrainDPOCommand: TrainingRunCommand {
    static let configuration = CommandConfiguration(
        commandName: "dpo",
        abstract: "Fine-tune a model on preferences between answers.",
        discussion: """
            DATA is a JSONL file; each line has a prompt and two answers, as texts or as messages:

              {"prompt": "…", "chosen": "…", "rejected": "…"}
              {"prompt": [{"role": "user", "content": "…"}], "chosen": [{"role": "assistant", …}], …}
              {"chosen": [{"role": "user", …}, {"role": "assistant", …}], "rejected": […]}

            Direct preference optimization: the model learns to give the chosen answer more \
            probability and the rejected one less than the model that it begins with does; --beta \
            says how strongly that one holds it back. Its log-probabilities are computed once, \
            before the first step. Defaults are those of the report of BitNet b1.58 2B4T: beta 0.1, \
            2 epochs, a learning rate of 2e-7. Models of a few million parameters need more, 1e-5 to \
            1e-3 (--lr). The loss begins at 0.693; margin is the mean difference of both answers' \
            rewards, accuracy the share of pairs in which the chosen one's is greater.

            Too much of it unlearns language. --eval-data measures the loss of plain text before and \
            after; it should rise by no more than 0.1 nats a token. Where it does, use a lower \
            learning rate, fewer epochs or a greater beta.

            The run's folder is a model that can be run at any time: bitnet run FOLDER. Ctrl-C saves \
            the state and ends; --resume goes on, with the same losses as if nothing had happened.

            EXAMPLES
              bitnet train dpo -m runs/chat pairs.jsonl -o runs/preferred --lr 5e-5
              bitnet train dpo -m runs/chat pairs.jsonl -o runs/preferred --eval-data data/
              bitnet train dpo pairs.jsonl -o runs/preferred --resume
            """)

    @Argument(help: ArgumentHelp("The preferences.", valueName: "data"))
    var data: String

    @OptionGroup var model: TuningModelOptions
    @OptionGroup var runFolder: RunFolderOptions

    @Option(
        help: ArgumentHelp(
            "How strongly the model that it begins with holds it back. (default: 0.1)",
            valueName: "number"))
    var beta: Double?

    @Option(
        help: ArgumentHelp(
            "A folder that `bitnet train prepare` wrote with the model's tokenizer: its held-out "
                + "text is measured before, on the way and after.", valueName: "folder"))
    var evalData: String?

    @OptionGroup(title: "Recipe") var recipe: TuningOptions
    @OptionGroup(title: "The run") var running: RunningOptions

    mutating func validate() throws {
        try TuningUsage.check(
            model, runFolder, isRecipeSet: recipe.isSet || beta != nil || evalData != nil)
        if let beta, !(beta > 0 && beta.isFinite) {
            throw ValidationError("--beta: expected a number above 0, found \(beta)")
        }
    }

    func run() async throws { try await train() }

    func makeRun(_ communicator: any Communicator) throws -> (run: TrainingRun, description: String)
    {
        let compute = try running.makeCompute(communicator)
        let begin = try TuningModel(
            model.path, for: "dpo", runFolder, chatTemplate: recipe.chatTemplate, compute)
        let saved = begin.identity
        let recipe = try TuningRecipe(
            recipe, contextLength: begin.source.configuration.contextLength)
        let dataset = try read(begin.source, saved?.settings.length ?? recipe.length)
        let text = try saved.map(\.heldOut) ?? evalData ?? recipe.file?.string("eval-data")
        let beta = try beta ?? recipe.file?.double("beta") ?? ReportedRecipe.preferenceBeta
        let items = TuningItems.pairs(dataset.pairs)
        let settings =
            try saved?.settings
            ?? recipe.settings(
                items, begin.source, .preference(beta: beta),
                epochs: ReportedRecipe.preferenceEpochs,
                lr: ReportedRecipe.preferenceLearningRate, name: runFolder.defaultName)
        let task = try PreferenceTask(
            settings, begin.source, pairs: dataset.pairs, text: text,
            try running.options(steps: settings.recipe.schedule.steps, runFolder), communicator)
        let run = try TrainingRun(task, runFolder.folder, start: begin.start, compute)
        if communicator.rank == 0 { warn(dataset.statistics, settings.length) }
        let data = "\(items.count) pairs of \(NumberFormat.count(items.positions)) tokens"
        return (run, run.description(settings, data: data))
    }

    private func read(_ source: TuningSource, _ length: Int) throws -> PreferenceDataset {
        let line = ProgressLine("reading")
        defer { line.finish() }
        return try PreferenceDataset(path: data, encoder: source.encoder, maximumLength: length) {
            line.update($0)
        }
    }

    private func warn(_ statistics: PreferenceDataset.Statistics, _ length: Int) {
        let counts = [
            (statistics.identical, "lines were left out: both answers are the same"),
            (statistics.truncated, "pairs were cut at \(length) tokens"),
            (statistics.skipped, "pairs were left out: no difference is left of them"),
        ]
        for (count, text) in counts where count > 0 {
            StandardStreams.note("warning: \(count) \(text)")
        }
    }
}
