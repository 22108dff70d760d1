public import BitNetModels
public import BitNetTensors

/// A pre-training run: from data and settings, or from its newest checkpoint, to a trained model.
public final class PretrainRun {
    /// What does not change any result, but for the last bits with another `pieceTokens`: the
    /// gradients of tied embeddings are then added in another order.
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
        /// Removes the folder's former run, once this one is ready to begin.
        public var replacesFormerRun = false
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

    /// The settings.
    public let settings: PretrainSettings
    /// The model.
    public let model: TrainableModel
    let folder: RunFolder
    let options: Options
    let communicator: any Communicator
    let dataset: TokenDataset
    private let heldOut: TokenDataset?
    private let identity: PretrainIdentity
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
        let own = max(1, settings.sequences / communicator.size)
        let rows = min(own, max(1, options.pieceTokens / settings.length))
        batches = try PretrainBatches(
            dataset, length: settings.length, sequences: settings.sequences, pieceRows: rows,
            seed: settings.seed, rank: communicator.rank, size: communicator.size)
        var modelOptions = TrainableModel.Options(
            tokenCapacity: rows * settings.length, maximumLength: settings.length)
        modelOptions.precision = settings.precision
        modelOptions.checkpointsActivations = options.checkpointsActivations
        modelOptions.blas = options.blas
        heldOut = try Self.heldOut(settings, dataset, options)
        let configuration = try Self.configuration(settings, dataset, start)
        identity = PretrainIdentity(settings, configuration, dataset)
        if case .checkpoint(let saved) = start { try identity.check(saved) }
        model = try TrainableModel(configuration, modelOptions, compute)
        var optimizerOptions = AdamW.Options()
        optimizerOptions.beta1 = settings.beta1
        optimizerOptions.beta2 = settings.beta2
        optimizerOptions.clip = settings.clip
        optimizer = try AdamW(model.weights.layout, optimizerOptions)
        trainer = Trainer(model, optimizer, batches, settings.schedule, communicator)
        formerSeconds = if case .checkpoint(let saved) = start { saved.seconds } else { 0 }
        try Self.fill(model, optimizer, settings, start)
        _ = try ModelExport(model, dataset.tokenizerFiles).configurationJSON(folder.path)
        try identity.agree(model, step: optimizer.step, communicator)
        let writes = communicator.rank == 0
        log = try writes ? Self.openLog(folder, start, options) : nil
    }

    /// The model: that of the settings, or the one whose weights or state the run goes on from.
    private static func configuration(
        _ settings: PretrainSettings, _ dataset: TokenDataset, _ start: Start
    ) throws -> ModelConfiguration {
        switch start {
        case .fresh(nil): settings.configuration(vocabularySize: dataset.vocabularySize)
        case .fresh(let masters?):
            try settings.configuration(startingFrom: masters.configuration)
        case .checkpoint(let saved): try PretrainIdentity(saved).model
        }
    }

    /// The text to measure with, checked before any step is made; nil when nothing is measured.
    private static func heldOut(
        _ settings: PretrainSettings, _ dataset: TokenDataset, _ options: Options
    ) throws -> TokenDataset? {
        guard dataset.manifest.heldOut != nil, options.evaluationInterval > 0 else { return nil }
        let heldOut = try TokenDataset(path: dataset.path, split: .heldOut)
        guard heldOut.tokenCount > settings.length else {
            throw TrainingError(
                .invalidData, file: dataset.path,
                "the held-out text has \(heldOut.tokenCount) tokens and a sequence of "
                    + "\(settings.length) needs \(settings.length) and one; train with shorter "
                    + "sequences (--length), hold out more, or measure nothing (--eval-every 0)")
        }
        return heldOut
    }

    /// Fills the weights.
    private static func fill(
        _ model: TrainableModel, _ optimizer: AdamW, _ settings: PretrainSettings, _ start: Start
    ) throws {
        switch start {
        case .fresh(nil):
            WeightInitializer(seed: settings.seed).fill(model.weights, layers: settings.layers)
        case .fresh(let masters?):
            for parameter in model.weights.layout.parameters {
                model.weights.assign(
                    try masters.values(parameter.name, shape: parameter.shape), to: parameter)
            }
        case .checkpoint(let saved): try saved.restore(model, optimizer)
        }
        model.weightsDidChange()
    }

    /// Opens the log and makes room in the folder: the first change that is made there.
    private static func openLog(
        _ folder: RunFolder, _ start: Start, _ options: Options
    ) throws -> RunLog {
        var step: Int?
        if case .checkpoint(let saved) = start { step = saved.step }
        if options.replacesFormerRun { try folder.clear() }
        try folder.create()
        let log = try RunLog.open(folder.log, resumingAt: step)
        if let step { try folder.setAside(after: step) }
        folder.prune()
        return log
    }

    /// The settings that a checkpoint was made with.
    public static func settings(_ checkpoint: TrainingCheckpoint) throws -> PretrainSettings {
        try PretrainIdentity(checkpoint).settings
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
        if optimizer.step == settings.schedule.steps { try finishAgain() }
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
        if let heldOut, isLast || step % interval == 0 {
            let record = try evaluate(
                heldOut, isLast ? .max : options.evaluationWindows, report)
            try log?.append(.evaluation(record))
            report(.evaluation(record))
        }
        guard isLast || stopped || step % max(1, options.checkpointInterval) == 0 else {
            return heldOut != nil && step % interval == 0
        }
        if communicator.rank == 0 {
            try trainer.checkState()
            if isLast { try log?.append(.end(EndRecord())) }
            try log?.synchronize()
            try save()
            report(.checkpoint(folder.checkpoint(step)))
        }
        try communicator.barrier()
        return true
    }

    /// Completes what an interruption behind the last checkpoint may have left out.
    private func finishAgain() throws {
        guard let log else { return }
        try log.append(.end(EndRecord()))
        try ModelExport(model, dataset.tokenizerFiles).write(to: folder.path)
    }

    private func evaluate(
        _ heldOut: TokenDataset, _ windows: Int, _ report: (Event) -> Void
    ) throws -> EvaluationRecord {
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
        try TrainingCheckpoint.write(
            folder.checkpoint(optimizer.step), model, optimizer,
            settings: try identity.json(), seconds: seconds)
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
