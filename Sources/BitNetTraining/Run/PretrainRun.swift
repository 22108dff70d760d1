public import BitNetModels
public import BitNetTensors

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A pre-training run: from data and settings, or from its newest checkpoint, to a trained model.
public final class PretrainRun {
    /// What does not change any result.
    public struct Options: Sendable {
        /// Steps between checkpoints; the last step always has one.
        public var checkpointInterval = 100
        /// Steps between measurements on held-out text; 0 for none.
        public var evaluationInterval = 100
        /// Windows of a measurement on the way; the last one takes all.
        public var evaluationWindows = 256
        /// Tokens that are in memory at a time.
        public var pieceTokens = 4096
        /// Keeps only each layer's input for the backward pass.
        public var checkpointsActivations = false
        /// A BLAS for dense products instead of the engine's own.
        public var blas: BLASLibrary?

        /// The defaults.
        public init() {}
    }

    /// Where the weights come from.
    public enum Start {
        /// Random weights, or those of a checkpoint with master weights.
        case fresh(MasterWeights?)
        /// The state of an interrupted run.
        case checkpoint(TrainingCheckpoint)
    }

    /// What a run tells its caller.
    public enum Event: Sendable {
        /// A step was made, so many seconds of training after the run's beginning.
        case step(StepRecord)
        /// Held-out text was measured.
        case evaluation(EvaluationRecord)
        /// A measurement has come so far, from 0 to 1.
        case measuring(Double)
        /// The state was saved.
        case checkpoint(String)
    }

    /// What is saved with a checkpoint.
    struct Identity: Codable, Equatable {
        var settings: PretrainSettings
        var tokenizer: String
        var tokens: Int
    }

    /// The settings.
    public let settings: PretrainSettings
    /// The model.
    public let model: TrainableModel
    let folder: RunFolder
    let options: Options
    let communicator: any Communicator
    let dataset: TokenDataset
    private let trainer: Trainer
    let optimizer: AdamW
    private let batches: PretrainBatches
    private let log: RunLog?
    private let start = ContinuousClock.now
    private let formerSeconds: Double

    /// Sets the run up in `folder`.
    ///
    /// Process 0 alone writes there. A checkpoint's settings must be `settings`.
    public init(
        _ settings: PretrainSettings, _ dataset: TokenDataset, _ folder: RunFolder, start: Start,
        _ options: Options = Options(), _ compute: ComputeContext,
        _ communicator: any Communicator = SingleProcess()
    ) throws {
        try settings.validate()
        self.settings = settings
        self.folder = folder
        self.options = options
        self.communicator = communicator
        self.dataset = dataset
        let rows = min(settings.sequences, max(1, options.pieceTokens / settings.length))
        batches = try PretrainBatches(
            dataset, length: settings.length, sequences: settings.sequences, pieceRows: rows,
            seed: settings.seed, rank: communicator.rank, size: communicator.size)
        var modelOptions = TrainableModel.Options(
            tokenCapacity: rows * settings.length, maximumLength: settings.length)
        modelOptions.precision = settings.precision
        modelOptions.checkpointsActivations = options.checkpointsActivations
        modelOptions.blas = options.blas
        var configuration = settings.configuration(vocabularySize: dataset.vocabularySize)
        if case .fresh(let masters?) = start { configuration = masters.configuration }
        model = try TrainableModel(configuration, modelOptions, compute)
        var optimizerOptions = AdamW.Options()
        optimizerOptions.beta1 = settings.beta1
        optimizerOptions.beta2 = settings.beta2
        optimizerOptions.clip = settings.clip
        optimizer = try AdamW(model.weights.layout, optimizerOptions)
        trainer = Trainer(model, optimizer, batches, settings.schedule, communicator)
        formerSeconds = if case .checkpoint(let saved) = start { saved.seconds } else { 0 }
        log = try Self.prepare(model, optimizer, settings, folder, start, isFirst: communicator.rank == 0)
        if case .checkpoint(let saved) = start { try check(saved) }
    }

    /// Fills the weights and opens the log.
    private static func prepare(
        _ model: TrainableModel, _ optimizer: AdamW, _ settings: PretrainSettings,
        _ folder: RunFolder, _ start: Start, isFirst: Bool
    ) throws -> RunLog? {
        var step: Int?
        switch start {
        case .fresh(nil):
            WeightInitializer(seed: settings.seed).fill(model.weights, layers: settings.layers)
        case .fresh(let masters?):
            for parameter in model.weights.layout.parameters {
                model.weights.assign(
                    try masters.values(parameter.name, shape: parameter.shape), to: parameter)
            }
        case .checkpoint(let saved):
            try saved.restore(model, optimizer)
            step = saved.step
        }
        model.weightsDidChange()
        guard isFirst else { return nil }
        try folder.create()
        folder.prune()
        return try RunLog.open(folder.log, resumingAt: step)
    }

    private var identity: Identity {
        Identity(
            settings: settings, tokenizer: dataset.manifest.tokenizerFingerprint,
            tokens: dataset.tokenCount)
    }

    /// The settings that a checkpoint was made with.
    public static func settings(_ checkpoint: TrainingCheckpoint) throws -> PretrainSettings {
        try identity(checkpoint).settings
    }

    private static func identity(_ checkpoint: TrainingCheckpoint) throws -> Identity {
        do {
            return try JSONDecoder().decode(Identity.self, from: Data(checkpoint.settings))
        } catch {
            throw TrainingError(
                .invalidData, file: checkpoint.path,
                "its settings are not those of a pre-training run")
        }
    }

    private func check(_ checkpoint: TrainingCheckpoint) throws {
        let saved = try Self.identity(checkpoint)
        guard saved == identity else {
            throw TrainingError(
                .invalidConfiguration, file: checkpoint.path,
                saved.settings == settings
                    ? "the run was made with other data (\(saved.tokens) tokens, tokenizer "
                        + "\(saved.tokenizer)); found \(identity.tokens) tokens, tokenizer "
                        + "\(identity.tokenizer): resume it with its own data"
                    : "the run has other settings than those asked for; resume it without any")
        }
    }

    /// Steps made so far.
    public var stepsMade: Int { optimizer.step }

    /// Seconds of training, those before an interruption included.
    var seconds: Double { formerSeconds + (ContinuousClock.now - start) / .seconds(1) }

    /// Trains to the last step, or until `shouldStop` says so; true when all steps are made.
    ///
    /// The state is saved in either case, and the model is written.
    public func run(
        shouldStop: () -> Bool = { false }, _ report: (Event) -> Void = { _ in }
    ) throws -> Bool {
        if let log, !log.hasHeader { try log.append(.run(header)) }
        var stopped = false
        var last = ContinuousClock.now
        while optimizer.step < settings.schedule.steps, !stopped {
            let result = try trainer.step()
            let now = ContinuousClock.now
            let record = StepRecord(
                step: result.step, loss: result.loss, learningRate: result.learningRate,
                weightDecay: result.weightDecay, gradientNorm: result.gradientNorm,
                tokens: result.step * settings.batchTokens, seconds: seconds,
                tokensPerSecond: Double(settings.batchTokens) / ((now - last) / .seconds(1)))
            last = now
            try log?.append(.step(record))
            report(.step(record))
            stopped = try communicator.sum([shouldStop() ? 1 : 0])[0] > 0
            if try finishStep(stopped, report) { last = .now }
        }
        return optimizer.step == settings.schedule.steps
    }

    /// Measures and saves where due; whether either was.
    private func finishStep(_ stopped: Bool, _ report: (Event) -> Void) throws -> Bool {
        let step = optimizer.step
        let isLast = step == settings.schedule.steps
        let interval = options.evaluationInterval
        let measures = dataset.manifest.heldOut != nil && interval > 0
        if measures, isLast || step % interval == 0 {
            let record = try evaluate(isLast ? .max : options.evaluationWindows, report)
            try log?.append(.evaluation(record))
            report(.evaluation(record))
        }
        guard isLast || stopped || step % max(1, options.checkpointInterval) == 0 else {
            return measures && step % interval == 0
        }
        if communicator.rank == 0 {
            if isLast { try log?.append(.end(EndRecord())) }
            try save()
            report(.checkpoint(folder.checkpoint(step)))
        }
        try communicator.barrier()
        return true
    }

    private func evaluate(
        _ windows: Int, _ report: (Event) -> Void
    ) throws -> EvaluationRecord {
        let heldOut = try TokenDataset(path: dataset.path, split: .heldOut)
        let measurement = try HeldOutLoss(
            heldOut, length: settings.length, rows: model.tokenCapacity / settings.length,
            limit: windows, communicator)
        let loss = try withoutActuallyEscaping(report) { report in
            try measurement.measure(model) { report(.measuring($0)) }
        }
        return EvaluationRecord(
            step: optimizer.step, heldOutLoss: loss, perplexity: Perplexities.perplexity(loss))
    }

    /// Saves the state, removes older ones, and writes the model.
    private func save() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try TrainingCheckpoint.write(
            folder.checkpoint(optimizer.step), model, optimizer,
            settings: Array(try encoder.encode(identity)), seconds: seconds)
        folder.prune()
        try ModelExport(model, dataset.tokenizerFiles.withoutChatTemplate).write(to: folder.path)
    }

    private var header: RunHeader {
        RunHeader(
            name: settings.name, precision: settings.precision == .ternary ? .ternary : .full,
            parameters: model.weights.layout.parameters.reduce(0) { $0 + $1.count },
            steps: settings.schedule.steps, batchTokens: settings.batchTokens, seed: settings.seed,
            extra: [
                RunMember("layers", .integer(settings.layers)),
                RunMember("hidden_size", .integer(settings.hiddenSize)),
                RunMember("feed_forward_size", .integer(settings.feedForwardSize)),
                RunMember("length", .integer(settings.length)),
                RunMember("sequences", .integer(settings.sequences)),
                RunMember("processes", .integer(communicator.size)),
            ])
    }
}
