public import BitNetModels

/// Supervised fine-tuning: to predict the assistant's tokens in conversations.
public final class SupervisedTask: TrainingTask {
    /// The settings.
    public let settings: TuningSettings
    /// What does not change any result.
    public let options: TrainingRun.Options
    /// The processes of the run.
    public let communicator: any Communicator
    private let source: TuningSource
    private let reduction: LossReduction
    private let batches: ItemBatches
    private let heldOut: SequenceLoss?
    private let ownIdentity: TuningIdentity

    /// A task.
    ///
    /// - Parameters:
    ///   - settings: Their objective is `supervised`, or the task is refused.
    ///   - train: At least one sequence.
    ///   - heldOut: Sequences to measure with; none to measure nothing.
    ///   - heldOutName: Where these came from, for the checkpoint.
    public init(
        _ settings: TuningSettings, _ source: TuningSource, train: [TrainingSequence],
        heldOut: [TrainingSequence] = [], heldOutName: String? = nil,
        _ options: TrainingRun.Options = TrainingRun.Options(),
        _ communicator: any Communicator = SingleProcess()
    ) throws {
        try settings.validate()
        guard case .supervised(let reduction) = settings.objective else {
            throw TrainingError(
                .invalidConfiguration,
                "the run is one of `bitnet train \(settings.objective.command)`; go on with that")
        }
        self.settings = settings
        self.source = source
        self.reduction = reduction
        self.options = options
        self.communicator = communicator
        let (items, others) = (TuningItems.sequences(train), TuningItems.sequences(heldOut))
        batches = try ItemBatches(
            items, batchTokens: settings.batchTokens, pieceTokens: options.pieceTokens,
            seed: settings.recipe.seed, communicator)
        self.heldOut =
            heldOut.isEmpty
            ? nil
            : SequenceLoss(
                items: others, capacity: max(batches.capacity, others.longest),
                communicator: communicator)
        ownIdentity = TuningIdentity(
            settings, heldOut: heldOutName, [items.fingerprint, others.fingerprint])
    }

    /// That of the settings.
    public var recipe: TrainingRecipe { settings.recipe }
    /// The model's.
    public var configuration: ModelConfiguration { source.configuration }
    /// A piece's, or that of the longest held-out sequence.
    public var tokenCapacity: Int { heldOut?.capacity ?? batches.capacity }
    /// That of the longest sequence.
    public var maximumLength: Int { max(batches.items.longest, heldOut?.items.longest ?? 0) }
    /// The greatest of a step, padding included.
    public var batchTokens: Int { settings.batchTokens }
    /// The model's own, with the chat template.
    public var tokenizerFiles: TokenizerFiles { source.tokenizerFiles }
    /// The model's own.
    public var endTokens: [Int] { source.endTokens }
    /// Whether there are held-out sequences.
    public var measures: Bool { heldOut != nil }
    /// True.
    public var measuresFirst: Bool { true }

    /// The objective and the passes.
    public var headerMembers: [RunMember] {
        [
            RunMember("training", "sft"), RunMember("reduction", .string(reduction.rawValue)),
            RunMember("epochs", .integer(settings.epochs)),
            RunMember("sequences", .integer(batches.items.count)),
        ]
    }

    /// The gradient of the sum, or of the mean, of the losses of a step's learned tokens.
    public func accumulate(step: Int, _ model: TrainableModel) throws -> StepSums {
        let batch = batches.batch(step: step)
        let factor = reduction.factor(forTotalWeight: batch.totalWeight)
        let loss = try batches.pieces(batch).reduce(0) { sum, piece in
            let factors = [Float](repeating: factor, count: piece.batch.rows)
            return try sum + model.accumulate(piece.scaled(by: factors))
        }
        return StepSums(loss: loss)
    }

    /// The learned tokens of a step.
    public func targetCount(step: Int) -> Int { Int(batches.batch(step: step).totalWeight) }
    /// Positions of a step without padding.
    public func tokens(step: Int) -> Int { batches.tokens(step: step) }

    /// The mean over the step's learned tokens, whatever the reduction.
    public func logged(_ result: StepResult) -> (loss: Double, extra: [RunMember]) {
        let loss =
            switch reduction {
            case .sum: result.loss / Double(max(1, result.targets))
            case .mean: result.loss
            }
        return (loss, [RunMember("targets", .integer(result.targets))])
    }

    /// The mean over the learned tokens of the held-out sequences.
    public func heldOutLoss(
        _ model: TrainableModel, all: Bool, progress: ((Double) -> Void)?
    ) throws -> Double {
        try heldOut?.mean(model, progress: progress) ?? .nan
    }

    /// Settings and data.
    public func identity() throws -> [UInt8] { try TrainingCheckpoint.encode(ownIdentity) }
    /// Throws unless settings and data are the same.
    public func check(_ checkpoint: TrainingCheckpoint) throws { try ownIdentity.check(checkpoint) }
}
