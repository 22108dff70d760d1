internal import BitNetModels

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// What a pre-training run consists of besides its state: saved with each checkpoint, so that a
/// resumed run is the same run.
struct PretrainIdentity: Codable, Equatable {
    var settings: PretrainSettings
    /// The whole model: a run that began with another model's weights has more than `settings` say.
    var model: ModelConfiguration
    /// Checksums of the tokenizer and of all tokens.
    var tokenizer: String
    var data: String
    var tokens: Int

    init(_ settings: PretrainSettings, _ model: ModelConfiguration, _ dataset: TokenDataset) {
        self.settings = settings
        self.model = model
        tokenizer = dataset.manifest.tokenizerFingerprint
        data = dataset.fingerprint.hexadecimal
        tokens = dataset.tokenCount
    }

    /// Reads what a checkpoint was saved with.
    init(_ checkpoint: TrainingCheckpoint) throws(TrainingError) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(checkpoint.settings))
        } catch {
            throw TrainingError(
                .invalidData, file: checkpoint.path,
                "its settings are not those of a pre-training run of this version of bitnet")
        }
    }

    /// The bytes that a checkpoint is saved with.
    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return Array(try encoder.encode(self))
    }

    /// Refuses to resume this run from a checkpoint of another.
    func check(_ checkpoint: TrainingCheckpoint) throws(TrainingError) {
        let saved = try PretrainIdentity(checkpoint)
        guard saved != self else { return }
        let isSameData =
            saved.tokenizer == tokenizer && saved.data == data && saved.tokens == tokens
        throw TrainingError(
            .invalidConfiguration, file: checkpoint.path,
            isSameData
                ? "the run has other settings than those asked for; resume it without any"
                : "the run was made with other data (\(saved.tokens) tokens, checksum "
                    + "\(saved.data), tokenizer \(saved.tokenizer)); found \(tokens) tokens, "
                    + "checksum \(data), tokenizer \(tokenizer): resume it with its own data")
    }

    /// Refuses processes that would train different models: all must have the same settings and
    /// data, and be at the same step of the same weights.
    func agree(
        _ model: TrainableModel, step: Int, _ communicator: any Communicator
    ) throws {
        guard communicator.size > 1 else { return }
        var weights = Checksum()
        for parameter in model.weights.layout.parameters {
            weights.append(model.weights.values(parameter))
        }
        let own = try json() + Array(" \(step) \(weights.value)".utf8)
        guard try communicator.broadcast(own) == own else {
            throw TrainingError(
                .communication,
                "process \(communicator.rank) has other settings, data, checkpoints or initial "
                    + "weights than process 0; all need the same files at the same paths, those of "
                    + "the run's folder included when it is resumed")
        }
    }
}
