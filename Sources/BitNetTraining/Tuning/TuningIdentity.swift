/// What determines the losses of a fine-tuning run, as checkpoints keep it.
public struct TuningIdentity: Sendable, Equatable, Codable {
    /// The settings.
    public var settings: TuningSettings
    /// Where held-out data came from, as a command needs to find it again.
    public var heldOut: String?
    /// Checksums of the items and of those held out.
    var data: [String]

    init(_ settings: TuningSettings, heldOut: String?, _ data: [UInt64]) {
        self.settings = settings
        self.heldOut = heldOut
        self.data = data.map(\.hexadecimal)
    }

    /// Of a checkpoint.
    public init(_ checkpoint: TrainingCheckpoint) throws {
        self = try checkpoint.decode("fine-tuning")
    }

    /// Throws unless `checkpoint` is of the same run.
    func check(_ checkpoint: TrainingCheckpoint) throws {
        let saved = try TuningIdentity(checkpoint)
        guard saved != self else { return }
        throw TrainingError(
            .invalidConfiguration, file: checkpoint.path,
            saved.settings == settings
                ? "the run was made with other data; resume it with the files that it began with"
                : "the run has other settings than those asked for; resume it without any")
    }
}
