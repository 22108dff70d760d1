import ArgumentParser
import BitNetModels
import BitNetTraining

struct TrainSFTCommand: TrainingRunCommand {
    static let configuration = CommandConfiguration(
        commandName: "sft",
        abstract: "Fine-tune a model on conversations.",
        discussion: """
            DATA is a JSONL file; each line is a conversation in one of these forms:

              {"messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]}
              {"conversations": [{"from": "human", "value": "…"}, {"from": "gpt", "value": "…"}]}
              {"prompt": "…", "completion": "…"}
              {"instruction": "…", "input": "…", "output": "…"}

            They are written through the model's chat template, and only the assistant's tokens \
            count, the end of its turn included. As in the report of BitNet b1.58 2B4T, their losses \
            are summed over a step, not averaged (--reduction); gradients are clipped, so the sum \
            gives longer steps no greater weight in the learning rate. AdamW (0.9, 0.95), a warm-up, \
            then a learning rate that falls linearly to 0; its default, 1e-3 at a width of 256 and \
            less with the root of the width, suits small models.

            A model of `bitnet train pretrain` gets the chat template of its tokenizer. The run's \
            folder is a model that can be run at any time: bitnet run FOLDER. Ctrl-C saves the state \
            and ends; --resume goes on, with the same losses as if nothing had happened.

            EXAMPLES
              bitnet train sft -m runs/base chats.jsonl -o runs/chat
              bitnet train sft -m model-f16.gguf chats.jsonl -o runs/chat --epochs 2 --lr 2e-4
              bitnet train sft -m runs/base chats.jsonl -o runs/chat --held-out test.jsonl
              bitnet train sft chats.jsonl -o runs/chat --resume
            """)

    @Argument(help: ArgumentHelp("The conversations.", valueName: "data"))
    var data: String

    @OptionGroup var model: TuningModelOptions
    @OptionGroup var runFolder: RunFolderOptions

    @Option(
        help: "How the losses of a step's tokens are joined: sum or mean. (default: sum)")
    var reduction: LossReduction?

    @Option(
        help: ArgumentHelp(
            "What to measure with: a JSONL file, or the share of DATA's conversations to keep out "
                + "of training, such as 0.05. (default: nothing)", valueName: "file|fraction"))
    var heldOut: String?

    @OptionGroup(title: "Recipe") var recipe: TuningOptions
    @OptionGroup(title: "The run") var running: RunningOptions

    mutating func validate() throws {
        try TuningUsage.check(
            model, runFolder, isRecipeSet: recipe.isSet || reduction != nil || heldOut != nil)
        if let heldOut, let fraction = Double(heldOut), !(fraction > 0 && fraction < 1) {
            throw ValidationError(
                "--held-out: expected a file, or a fraction between 0 and 1, found \(heldOut)")
        }
    }

    func run() async throws { try await train() }

    func makeRun(_ communicator: any Communicator) throws -> (run: TrainingRun, description: String)
    {
        let compute = try running.makeCompute(communicator)
        let begin = try TuningModel(
            model.path, for: "sft", runFolder, chatTemplate: recipe.chatTemplate, compute)
        let plan = try plan(begin)
        let task = try SupervisedTask(
            plan.settings, begin.source, train: plan.train, heldOut: plan.heldOut,
            heldOutName: plan.heldOutName,
            try running.options(steps: plan.settings.recipe.schedule.steps, runFolder), communicator
        )
        let run = try TrainingRun(task, runFolder.folder, start: begin.start, compute)
        if communicator.rank == 0 { plan.warnings.forEach { StandardStreams.note($0) } }
        let items = TuningItems.sequences(plan.train)
        let data =
            "\(items.count) sequences of \(NumberFormat.count(items.positions)) tokens, "
            + "\(plan.heldOut.count) held out"
        return (run, run.description(plan.settings, data: data))
    }

    /// Settings and sequences.
    private struct Plan {
        let settings: TuningSettings
        let train: [TrainingSequence]
        let heldOut: [TrainingSequence]
        let heldOutName: String?
        let warnings: [String]
    }

    private func plan(_ begin: TuningModel) throws -> Plan {
        let saved = begin.identity
        let recipe = try TuningRecipe(
            recipe, contextLength: begin.source.configuration.contextLength)
        let length = saved?.settings.length ?? recipe.length
        let seed = saved?.settings.recipe.seed ?? recipe.seed
        let heldOutName = try saved.map(\.heldOut) ?? heldOut ?? recipe.file?.string("held-out")
        let dataset = try read(data, begin.source, length)
        var (train, others) = (dataset.sequences, [TrainingSequence]())
        if let heldOutName, let fraction = Double(heldOutName) {
            (train, others) = try dataset.split(heldOut: fraction, seed: seed)
        } else if let heldOutName {
            others = try read(heldOutName, begin.source, length).sequences
        }
        let settings =
            try saved?.settings
            ?? recipe.settings(
                .sequences(train), begin.source,
                .supervised(
                    try reduction ?? recipe.file?.reduction() ?? ReportedRecipe.supervisedReduction),
                epochs: TuningDefaults.supervisedEpochs,
                lr: TuningDefaults.supervisedLearningRate(
                    hiddenSize: begin.source.configuration.hiddenSize),
                name: runFolder.defaultName)
        return Plan(
            settings: settings, train: train, heldOut: others, heldOutName: heldOutName,
            warnings: warnings(dataset.statistics, length))
    }

    private func read(_ path: String, _ source: TuningSource, _ length: Int) throws -> ChatDataset {
        let line = ProgressLine("reading")
        defer { line.finish() }
        return try ChatDataset(path: path, encoder: source.encoder, maximumLength: length) {
            line.update($0)
        }
    }

    private func warnings(_ statistics: ChatDataset.Statistics, _ length: Int) -> [String] {
        [
            (statistics.truncated, "sequences were cut at \(length) tokens"),
            (statistics.skipped, "sequences were left out: nothing to learn is left of them"),
            (
                statistics.unended,
                "answers end without a token that ends a turn: the model will not learn to stop; "
                    + "the chat template should write one"
            ),
        ].compactMap { count, text in count > 0 ? "warning: \(count) \(text)" : nil }
    }
}

extension TOMLDocument {
    /// The reduction under that key, nil when absent.
    fileprivate func reduction() throws -> LossReduction? {
        guard let name = try string("reduction") else { return nil }
        guard let reduction = LossReduction(rawValue: name) else {
            throw error("reduction", "expected \"sum\" or \"mean\", found \"\(name)\"")
        }
        return reduction
    }
}

/// What both fine-tuning commands refuse.
enum TuningUsage {
    static func check(
        _ model: TuningModelOptions, _ runFolder: RunFolderOptions, isRecipeSet: Bool
    ) throws {
        if runFolder.resume, model.path != nil || isRecipeSet {
            throw ValidationError(
                "--resume takes the model and all settings from the run's folder; leave -m and the "
                    + "recipe out")
        }
        if !runFolder.resume, model.path == nil {
            throw ValidationError(
                "expected the model to begin with (-m), or --resume to go on with a run")
        }
    }
}
