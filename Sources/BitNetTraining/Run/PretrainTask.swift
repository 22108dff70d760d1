public import BitNetModels

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Pre-training: to predict the next token of prepared text.
public final class PretrainTask: TrainingTask {
    /// What is saved with a checkpoint.
    private struct Identity: Codable, Equatable {
        var settings: PretrainSettings
        /// Checksums of the tokenizer and of all tokens.
        var tokenizer: String
        var data: String
        var tokens: Int
    }

    /// The settings.
    public let settings: PretrainSettings
    /// The data.
    public let dataset: TokenDataset
    /// What does not change any result.
    public let options: TrainingRun.Options
    /// The processes of the run.
    public let communicator: any Communicator
    private let batches: PretrainBatches
    private let objective: CrossEntropy
    private let rows: Int
    private let heldOut: TokenDataset?

    /// A task; throws when the settings are out of range or do not fit the data.
    public init(
        _ settings: PretrainSettings, _ dataset: TokenDataset,
        _ options: TrainingRun.Options = TrainingRun.Options(),
        _ communicator: any Communicator = SingleProcess()
    ) throws {
        try settings.validate()
        self.settings = settings
        self.dataset = dataset
        self.options = options
        self.communicator = communicator
        let own = max(1, settings.sequences / communicator.size)
        rows = min(own, max(1, options.pieceTokens / settings.length))
        heldOut = try Self.heldOut(settings, dataset, options)
        batches = try PretrainBatches(
            dataset, length: settings.length, sequences: settings.sequences, pieceRows: rows,
            seed: settings.seed, rank: communicator.rank, size: communicator.size)
        objective = CrossEntropy(source: batches)
    }

    /// The text to measure with, checked before any step is made; nil when nothing is measured.
    private static func heldOut(
        _ settings: PretrainSettings, _ dataset: TokenDataset, _ options: TrainingRun.Options
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

    /// That of the settings.
    public var recipe: TrainingRecipe { settings.recipe }
    /// The shape that the settings say.
    public var configuration: ModelConfiguration {
        settings.configuration(vocabularySize: dataset.vocabularySize)
    }
    /// Sequences of a piece times their length.
    public var tokenCapacity: Int { rows * settings.length }
    /// The length of all sequences.
    public var maximumLength: Int { settings.length }
    /// Tokens of every step.
    public var batchTokens: Int { settings.batchTokens }
    /// The data's tokenizer.
    ///
    /// Without its chat template, since the model has not seen a conversation.
    public var tokenizerFiles: TokenizerFiles { dataset.tokenizerFiles.withoutChatTemplate }
    /// Whether some text was held out when the data was prepared.
    public var measures: Bool { heldOut != nil }

    /// The model's shape and the batch's.
    public var headerMembers: [RunMember] {
        [
            RunMember("layers", .integer(settings.layers)),
            RunMember("hidden_size", .integer(settings.hiddenSize)),
            RunMember("feed_forward_size", .integer(settings.feedForwardSize)),
            RunMember("length", .integer(settings.length)),
            RunMember("sequences", .integer(settings.sequences)),
        ]
    }

    /// The gradient of the mean loss of all targets.
    public func accumulate(step: Int, _ model: TrainableModel) throws -> StepSums {
        try objective.accumulate(step: step, model)
    }

    /// All tokens of a step.
    public func targetCount(step: Int) -> Int { batches.targetCount(step: step) }
    /// All tokens of a step.
    public func tokens(step: Int) -> Int { settings.batchTokens }

    /// The loss of held-out windows.
    public func heldOutLoss(
        _ model: TrainableModel, all: Bool, progress: ((Double) -> Void)?
    ) throws -> Double {
        guard let heldOut else { return .nan }
        return try HeldOutLoss(
            heldOut, length: settings.length, rows: rows,
            limit: all ? .max : options.evaluationWindows, communicator
        ).measure(model, progress: progress)
    }
}

extension PretrainTask {
    private var ownIdentity: Identity {
        Identity(
            settings: settings, tokenizer: dataset.manifest.tokenizerFingerprint,
            data: dataset.fingerprint.hexadecimal, tokens: dataset.tokenCount)
    }

    /// The other model's shape with room for the sequences, if it is the one that the settings say.
    public func configuration(startingFrom model: ModelConfiguration) throws -> ModelConfiguration {
        try settings.configuration(startingFrom: model)
    }

    /// Settings and data.
    public func identity() throws -> [UInt8] { try TrainingCheckpoint.encode(ownIdentity) }

    /// The settings that a checkpoint was made with.
    public static func settings(_ checkpoint: TrainingCheckpoint) throws -> PretrainSettings {
        try identity(checkpoint).settings
    }

    private static func identity(_ checkpoint: TrainingCheckpoint) throws -> Identity {
        try checkpoint.decode("pre-training")
    }

    /// Throws unless settings and data are the same.
    public func check(_ checkpoint: TrainingCheckpoint) throws {
        let saved = try Self.identity(checkpoint)
        let own = ownIdentity
        guard saved == own else {
            throw TrainingError(
                .invalidConfiguration, file: checkpoint.path,
                saved.settings == settings
                    ? "the run was made with other data (\(saved.tokens) tokens, checksum "
                        + "\(saved.data), tokenizer \(saved.tokenizer)); found \(own.tokens) tokens, "
                        + "checksum \(own.data), tokenizer \(own.tokenizer): resume it with its own data"
                    : "the run has other settings than those asked for; resume it without any")
        }
    }
}
