public import BitNetModels
public import BitNetTensors

/// A run of any kind: from a task, or from its newest checkpoint, to a trained model.
///
///     let run = try TrainingRun(task, RunFolder("my-model"), start: .fresh(nil), compute)
///     let isFinished = try run.run { event in … }
public final class TrainingRun {
    /// What does not change any result, but for the last bits with another `pieceTokens`: the
    /// gradients of tied embeddings are then added in another order.
    public struct Options: Sendable {
        /// Steps between checkpoints; the last step always has one.
        public var checkpointInterval = 100
        /// Steps between measurements on held-out data; 0 for none.
        public var evaluationInterval = 100
        /// Windows of text in a measurement on the way; the first and the last one take all.
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
        /// Something that comes before the first step has got so far, from 0 to 1.
        case preparing(String, Double)
        /// A step was made, so many seconds of training after the run's beginning.
        case step(StepRecord)
        /// Held-out data was measured.
        case evaluation(EvaluationRecord)
        /// A measurement has come so far, from 0 to 1.
        case measuring(Double)
        /// The state was saved.
        case checkpoint(String)
    }

    /// What it trains for.
    public let task: any TrainingTask
    /// The model.
    public let model: TrainableModel
    let folder: RunFolder
    let optimizer: AdamW
    private let trainer: Trainer
    private let log: RunLog?
    private let export: ModelExport
    private let start = ContinuousClock.now
    private let formerSeconds: Double
    /// Tokens of all steps so far, those before an interruption included.
    public private(set) var tokensSeen: Int

    /// Sets the run up in `folder`.
    ///
    /// Process 0 alone writes there. A checkpoint must be of the same task.
    public init(
        _ task: any TrainingTask, _ folder: RunFolder, start: Start, _ compute: ComputeContext
    ) throws {
        let recipe = task.recipe
        self.task = task
        self.folder = folder
        var configuration = task.configuration
        var made = 0
        switch start {
        case .fresh(nil): formerSeconds = 0
        case .fresh(let masters?):
            configuration = try task.configuration(startingFrom: masters.configuration)
            formerSeconds = 0
        case .checkpoint(let saved):
            try task.check(saved)
            configuration = try saved.configuration() ?? configuration
            formerSeconds = saved.seconds
            made = saved.step
        }
        var modelOptions = TrainableModel.Options(
            tokenCapacity: task.tokenCapacity, maximumLength: task.maximumLength)
        modelOptions.precision = recipe.precision
        modelOptions.checkpointsActivations = task.options.checkpointsActivations
        modelOptions.blas = task.options.blas
        model = try TrainableModel(configuration, modelOptions, compute)
        var optimizerOptions = AdamW.Options()
        optimizerOptions.beta1 = recipe.beta1
        optimizerOptions.beta2 = recipe.beta2
        optimizerOptions.clip = recipe.clip
        optimizer = try AdamW(model.weights.layout, optimizerOptions)
        trainer = Trainer(model, optimizer, task, recipe.schedule, task.communicator)
        tokensSeen = made == 0 ? 0 : (1...made).reduce(0) { $0 + task.tokens(step: $1) }
        try Self.fill(model, optimizer, task, start)
        export = try ModelExport(model, task.tokenizerFiles, endTokens: task.endTokens)
        _ = try export.configurationJSON(folder.path)
        try task.agree(model, step: optimizer.step)
        log = task.communicator.rank == 0 ? try Self.openLog(task, folder, start) : nil
    }

    /// Fills the weights.
    private static func fill(
        _ model: TrainableModel, _ optimizer: AdamW, _ task: any TrainingTask, _ start: Start
    ) throws {
        switch start {
        case .fresh(nil):
            WeightInitializer(seed: task.recipe.seed).fill(
                model.weights, layers: model.configuration.layerCount)
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
        _ task: any TrainingTask, _ folder: RunFolder, _ start: Start
    ) throws -> RunLog {
        var step: Int?
        if case .checkpoint(let saved) = start { step = saved.step }
        if step == nil, task.options.replacesFormerRun { try folder.clear() }
        try folder.create()
        let log = try RunLog.open(folder.log, resumingAt: step)
        if let step {
            try folder.setAside(after: step)
        } else {
            try folder.write(task.tokenizerFiles)
        }
        folder.prune()
        return log
    }

    /// Steps made so far.
    public var stepsMade: Int { optimizer.step }

    /// Seconds of training, those before an interruption included.
    private var seconds: Double { formerSeconds + (ContinuousClock.now - start) / .seconds(1) }

    /// Trains to the last step; true when all steps are made.
    public func run(_ report: (Event) -> Void = { _ in }) throws -> Bool {
        try run(shouldStop: { false }, report)
    }

    /// Trains to the last step, or until `shouldStop` says so; true when all steps are made.
    ///
    /// The state is saved in either case, and the model is written.
    public func run(
        shouldStop: () -> Bool, _ report: (Event) -> Void = { _ in }
    ) throws -> Bool {
        try task.prepare(model, folder, report)
        if let log, !log.hasHeader { try log.append(.run(header)) }
        let steps = task.recipe.schedule.steps
        if optimizer.step == steps { try finishAgain() }
        if optimizer.step == 0, task.measuresFirst, measures { try evaluate(all: true, report) }
        var stopped = false
        var last = ContinuousClock.now
        while optimizer.step < steps, !stopped {
            let result = try trainer.step()
            let now = ContinuousClock.now
            let record = record(result, (now - last) / .seconds(1))
            last = now
            try log?.append(.step(record))
            report(.step(record))
            stopped = try task.communicator.sum([shouldStop() ? 1 : 0])[0] > 0
            if try finishStep(stopped, report) { last = .now }
        }
        return optimizer.step == steps
    }

    private func record(_ result: StepResult, _ stepSeconds: Double) -> StepRecord {
        let tokens = task.tokens(step: result.step)
        tokensSeen += tokens
        let (loss, extra) = task.logged(result)
        return StepRecord(
            step: result.step, loss: loss, learningRate: result.learningRate,
            weightDecay: result.weightDecay, gradientNorm: result.gradientNorm,
            tokens: tokensSeen, seconds: seconds, tokensPerSecond: Double(tokens) / stepSeconds,
            extra: extra)
    }

    private var measures: Bool { task.measures && task.options.evaluationInterval > 0 }

    /// Measures and saves where due; whether either was.
    private func finishStep(_ stopped: Bool, _ report: (Event) -> Void) throws -> Bool {
        let step = optimizer.step
        let isLast = step == task.recipe.schedule.steps
        let isMeasured = measures && (isLast || step % task.options.evaluationInterval == 0)
        if isMeasured { try evaluate(all: isLast, report) }
        guard isLast || stopped || step % max(1, task.options.checkpointInterval) == 0 else {
            return isMeasured
        }
        if task.communicator.rank == 0 {
            try trainer.checkState()
            if isLast { try log?.append(.end(EndRecord())) }
            try log?.synchronize()
            try save()
            report(.checkpoint(folder.checkpoint(step)))
        }
        try task.communicator.barrier()
        return true
    }

    /// Completes what an interruption behind the last checkpoint may have left out.
    private func finishAgain() throws {
        guard let log else { return }
        try log.append(.end(EndRecord()))
        try export.write(to: folder.path)
    }

    private func evaluate(all: Bool, _ report: (Event) -> Void) throws {
        let loss = try withoutActuallyEscaping(report) { report in
            try task.heldOutLoss(model, all: all) { report(.measuring($0)) }
        }
        let record = EvaluationRecord(
            step: optimizer.step, heldOutLoss: loss, perplexity: Perplexities.perplexity(loss))
        try log?.append(.evaluation(record))
        report(.evaluation(record))
    }

    /// Saves the state, removes older ones, and writes the model.
    private func save() throws {
        try TrainingCheckpoint.write(
            folder.checkpoint(optimizer.step), model, optimizer, settings: try task.identity(),
            seconds: seconds)
        folder.prune()
        try export.write(to: folder.path)
    }

    private var header: RunHeader {
        let recipe = task.recipe
        return RunHeader(
            name: recipe.name, precision: recipe.precision == .ternary ? .ternary : .full,
            parameters: model.weights.layout.parameters.reduce(0) { $0 + $1.count },
            steps: recipe.schedule.steps, batchTokens: task.batchTokens, seed: recipe.seed,
            extra: task.headerMembers
                + [RunMember("processes", .integer(task.communicator.size))])
    }
}
