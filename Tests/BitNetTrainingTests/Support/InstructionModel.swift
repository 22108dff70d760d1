import BitNetGeneration
import BitNetModels
import BitNetTensors
import BitNetTestSupport
import BitNetTokenizers
import BitNetTraining
import Testing

/// A tiny model of ``InstructionTask``: pre-trained on its plain text, fine-tuned on its answers.
struct InstructionModel {
    /// Everything is written here.
    let folder: TemporaryFolder
    private static let trainCount = 300

    /// The model that has seen plain text only, 100,000 parameters; made once.
    static let base = Result { try InstructionModel() }
    /// The same after fine-tuning on 300 conversations; made once.
    static let chat: Result<Void, any Error> = Result {
        let isFinished = try base.get().supervised(to: "chat").run()
        #expect(isFinished)
    }

    private init() throws {
        folder = try TemporaryFolder()
        let text = try folder.write(
            Array(InstructionTask.plainText(InstructionTask.examples(400, seed: 1)).utf8),
            to: "text.txt")
        var options = DatasetPreparation.Options()
        options.heldOutFraction = 0.1
        let compute = try ComputeContext()
        _ = try DatasetPreparation(
            corpus: try TextCorpus(paths: [text]),
            tokenizer: .trained(try TokenizerTrainer(vocabularySize: 400)), options: options
        ).write(to: folder.path("data"), pool: compute.pool)
        let settings = PretrainSettings(
            name: "base", precision: .ternary, layers: 2, hiddenSize: 64, feedForwardSize: 128,
            heads: 4, keyValueHeads: 2, headDimension: 16, length: 64, sequences: 16,
            schedule: PretrainDial.schedule(steps: 100, peak: 6e-3))
        let task = try PretrainTask(settings, try TokenDataset(path: folder.path("data")))
        let run = try TrainingRun(
            task, RunFolder(folder.path("base")), start: .fresh(nil), compute)
        #expect(try run.run())
    }

    /// What both kinds of fine-tuning begin with.
    func start(_ name: String) throws -> (TuningSource, MasterWeights) {
        let checkpoint = try ModelCheckpoint(path: folder.path(name))
        let masters = try MasterWeights(checkpoint, try ComputeContext())
        let files = TokenizerFiles(contents: try TokenizerExport.files(checkpoint))
        return (
            try TuningSource(
                masters.configuration, files, endTokens: masters.configuration.endOfText), masters
        )
    }

    /// A run on 300 conversations with the defaults, but for five epochs.
    func supervised(
        to name: String, from checkpoint: TrainingCheckpoint? = nil,
        reduction: LossReduction = .sum,
        _ options: TrainingRun.Options = TrainingRun.Options()
    ) throws -> TrainingRun {
        let (source, masters) = try start("base")
        let examples = InstructionTask.examples(Self.trainCount, seed: 1)
        let path = try folder.write(
            Array(InstructionTask.conversations(examples).utf8), to: "\(name).jsonl")
        let data = try ChatDataset(path: path, encoder: source.encoder, maximumLength: 64)
        let (train, heldOut) = try data.split(heldOut: 0.1, seed: 1)
        let settings = try settings(
            .sequences(train), .supervised(reduction), epochs: 5,
            lr: TuningDefaults.supervisedLearningRate(hiddenSize: 64))
        let task = try SupervisedTask(settings, source, train: train, heldOut: heldOut, options)
        return try TrainingRun(
            task, RunFolder(folder.path(name)),
            start: checkpoint.map { .checkpoint($0) } ?? .fresh(masters), try ComputeContext())
    }

    /// A run on 200 preferences, from the model that has seen plain text only.
    func preferences(
        to name: String, from checkpoint: TrainingCheckpoint? = nil, lr: Double,
        _ options: TrainingRun.Options = TrainingRun.Options()
    ) throws -> TrainingRun {
        let (source, masters) = try start("base")
        let examples = InstructionTask.examples(200, seed: 2)
        let path = try folder.write(
            Array(InstructionTask.preferences(examples).utf8), to: "\(name).jsonl")
        let data = try PreferenceDataset(path: path, encoder: source.encoder, maximumLength: 64)
        let settings = try settings(
            .pairs(data.pairs), .preference(beta: ReportedRecipe.preferenceBeta),
            epochs: ReportedRecipe.preferenceEpochs, lr: lr)
        let task = try PreferenceTask(
            settings, source, pairs: data.pairs, text: folder.path("data"), options)
        return try TrainingRun(
            task, RunFolder(folder.path(name)),
            start: checkpoint.map { .checkpoint($0) } ?? .fresh(masters), try ComputeContext())
    }

    private func settings(
        _ items: TuningItems, _ objective: TuningSettings.Objective, epochs: Int, lr: Double
    ) throws -> TuningSettings {
        let batch = TuningDefaults.batchTokens(items)
        let steps = try TuningDefaults.steps(items, batchTokens: batch, epochs: epochs)
        return TuningSettings(
            recipe: TrainingRecipe(
                name: "tuned", precision: .ternary,
                schedule: TuningDefaults.schedule(steps: steps, peak: lr)),
            objective: objective, epochs: epochs, batchTokens: batch, length: 64)
    }

    /// The share of greedy answers to 40 other questions that have the right form.
    func formatShare(_ name: String) async throws -> Double {
        let model = try await LanguageModel.load(from: folder.path(name))
        var parameters = GenerationParameters()
        parameters.temperature = 0
        parameters.maximumTokens = 24
        let template = try #require(try start(name).0.tokenizerFiles.tokenizer().chatTemplate)
        let chatTemplate = try ChatTemplate(template)
        var followed = 0
        let examples = InstructionTask.examples(40, seed: 77)
        for example in examples {
            let prompt = try model.encode([.user(example.question)], chatTemplate)
            var text = ""
            for try await event in model.generate(tokens: prompt, parameters: parameters) {
                if case .text(let part) = event { text += part }
            }
            if InstructionTask.followsFormat(text) { followed += 1 }
        }
        return Double(followed) / Double(examples.count)
    }

    /// The records of a run's log without times.
    func records(_ name: String) throws -> [RunRecord] {
        var reader = try RunLogReader(path: folder.path("\(name)/log.jsonl"))
        var records: [RunRecord] = []
        while let record = try reader.next() {
            if case .step(var step) = record {
                step.seconds = 0
                step.tokensPerSecond = 0
                records.append(.step(step))
            } else {
                records.append(record)
            }
        }
        return records
    }
}
