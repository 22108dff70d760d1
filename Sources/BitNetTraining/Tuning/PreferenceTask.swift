public import BitNetModels

/// Direct preference optimization: to prefer one of two answers more than the model that it begins
/// with does (see ``DirectPreference``).
///
/// That model's log-probabilities are computed once, before the first step, and kept in the run's
/// folder. A step computes the forward pass twice, because the weight of an answer's gradient
/// depends on all of it.
public final class PreferenceTask: TrainingTask {
    /// The settings.
    public let settings: TuningSettings
    /// What does not change any result.
    public let options: TrainingRun.Options
    /// The processes of the run.
    public let communicator: any Communicator
    private let source: TuningSource
    private let objective: DirectPreference
    private let batches: ItemBatches
    private let text: TokenDataset?
    private let ownIdentity: TuningIdentity
    private var reference: [DirectPreference.LogProbabilities] = []

    /// Tokens of a window of held-out text, where the model's context has as many.
    private static let windowLength = 256

    /// A task.
    ///
    /// - Parameters:
    ///   - settings: Their objective is `preference`, or the task is refused.
    ///   - pairs: At least one pair.
    ///   - text: Prepared text of the model's tokenizer, whose held-out part (all of it, if it has
    ///     none) is measured.
    public init(
        _ settings: TuningSettings, _ source: TuningSource, pairs: [PreferencePair],
        text path: String? = nil, _ options: TrainingRun.Options = TrainingRun.Options(),
        _ communicator: any Communicator = SingleProcess()
    ) throws {
        try settings.validate()
        guard case .preference(let beta) = settings.objective else {
            throw TrainingError(
                .invalidConfiguration,
                "the run is one of `bitnet train \(settings.objective.command)`; go on with that")
        }
        self.settings = settings
        self.source = source
        self.options = options
        self.communicator = communicator
        objective = try DirectPreference(beta: beta)
        let items = TuningItems.pairs(pairs)
        batches = try ItemBatches(
            items, batchTokens: settings.batchTokens, pieceTokens: options.pieceTokens,
            seed: settings.recipe.seed, communicator)
        text = try path.map { try Self.open($0, source) }
        ownIdentity = TuningIdentity(
            settings, heldOut: path,
            [items.fingerprint, UInt64(text?.tokenCount ?? 0)])
    }

    private static func open(_ path: String, _ source: TuningSource) throws -> TokenDataset {
        let all = try TokenDataset(path: path)
        try all.tokenizerFiles.requireSameTokens(as: source.tokenizerFiles, path)
        return all.manifest.heldOut == nil ? all : try TokenDataset(path: path, split: .heldOut)
    }

    /// That of the settings.
    public var recipe: TrainingRecipe { settings.recipe }
    /// The model's.
    public var configuration: ModelConfiguration { source.configuration }
    /// A piece's, or a window's.
    public var tokenCapacity: Int { max(batches.capacity, text == nil ? 0 : textLength) }
    /// That of the longest sequence, or of a window.
    public var maximumLength: Int { max(batches.items.longest, text == nil ? 0 : textLength) }
    /// The greatest of a step, padding included.
    public var batchTokens: Int { settings.batchTokens }
    /// The model's own, with the chat template.
    public var tokenizerFiles: TokenizerFiles { source.tokenizerFiles }
    /// The model's own.
    public var endTokens: [Int] { source.endTokens }
    /// Whether there is text to measure with.
    public var measures: Bool { text != nil }
    /// True.
    public var measuresFirst: Bool { true }

    private var textLength: Int {
        let context = min(Self.windowLength, configuration.contextLength)
        return min(context, max(1, (text?.tokenCount ?? 2) - 1))
    }

    /// The objective and the passes.
    public var headerMembers: [RunMember] {
        [
            RunMember("training", "dpo"), RunMember("beta", .number(objective.beta)),
            RunMember("epochs", .integer(settings.epochs)),
            RunMember("pairs", .integer(batches.items.count)),
        ]
    }

    /// Reads the reference's log-probabilities, or computes them with the weights of `model`.
    public func prepare(
        _ model: TrainableModel, _ folder: RunFolder, _ report: (TrainingRun.Event) -> Void
    ) throws {
        let file = ReferenceFile(folder)
        let fingerprint = batches.items.fingerprint.hexadecimal
        if let kept = try file.read(count: batches.items.count, fingerprint) {
            return reference = kept
        }
        let losses = try withoutActuallyEscaping(report) { report in
            try SequenceLoss(
                items: batches.items, capacity: batches.capacity, communicator: communicator
            ).rowSums(model) { report(.preparing("reference", $0)) }
        }
        // As the file keeps them, so that a resumed run has the same.
        let sums = losses.map { -Float($0) }
        if communicator.rank == 0 { try file.write(sums, fingerprint) }
        try communicator.barrier()
        reference = ReferenceFile.pairs(sums)
    }

    /// The gradient of the mean loss of a step's pairs; the measures are the means of the margin,
    /// the accuracy, and both answers' rewards.
    public func accumulate(step: Int, _ model: TrainableModel) throws -> StepSums {
        let batch = batches.batch(step: step)
        let share = 1 / Double(batch.items.count)
        var sums = StepSums(loss: 0, measures: [0, 0, 0, 0])
        for piece in batches.pieces(batch) {
            let losses = piece.rowSums(try model.losses(piece.batch))
            var factors: [Float] = []
            for (place, item) in piece.items.enumerated() {
                let outcome = objective.evaluate(
                    policy: DirectPreference.LogProbabilities(
                        chosen: -losses[2 * place], rejected: -losses[2 * place + 1]),
                    reference: reference[item])
                factors += [outcome.chosenWeight, outcome.rejectedWeight].map { Float($0 * share) }
                sums.add(outcome, share)
            }
            _ = try model.backpropagate(piece.scaled(by: factors))
        }
        return sums
    }

    /// The answers' tokens of a step.
    public func targetCount(step: Int) -> Int { Int(batches.batch(step: step).totalWeight) }
    /// Positions of a step without padding.
    public func tokens(step: Int) -> Int { batches.tokens(step: step) }

    /// The mean loss over the step's pairs, and the measures.
    public func logged(_ result: StepResult) -> (loss: Double, extra: [RunMember]) {
        let names = ["margin", "accuracy", "chosen_reward", "rejected_reward"]
        return (
            result.loss, zip(names, result.measures).map { RunMember($0.0, .number($0.1)) }
        )
    }

    /// The mean loss of the text's tokens.
    public func heldOutLoss(
        _ model: TrainableModel, all: Bool, progress: ((Double) -> Void)?
    ) throws -> Double {
        guard let text else { return .nan }
        return try HeldOutLoss(
            text, length: textLength, rows: model.tokenCapacity / textLength,
            limit: all ? .max : options.evaluationWindows, communicator
        ).measure(model, progress: progress)
    }

    /// Settings and data.
    public func identity() throws -> [UInt8] { try TrainingCheckpoint.encode(ownIdentity) }
    /// Throws unless settings and data are the same.
    public func check(_ checkpoint: TrainingCheckpoint) throws { try ownIdentity.check(checkpoint) }
}

extension StepSums {
    /// Adds a pair's part of the means.
    fileprivate mutating func add(_ outcome: DirectPreference.Outcome, _ share: Double) {
        loss += outcome.loss * share
        let values = [
            outcome.margin, outcome.isCorrect ? 1 : 0, outcome.chosenReward, outcome.rejectedReward,
        ]
        for (index, value) in values.enumerated() { measures[index] += value * share }
    }
}
