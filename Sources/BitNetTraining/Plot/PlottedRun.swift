/// What a plot shows of one run.
public struct PlottedRun: Sendable {
    /// What the run is.
    public let header: RunHeader
    /// The steps' numbers, rising.
    public private(set) var steps: [Double] = []
    /// The steps' losses, NaN where they are not finite.
    public private(set) var losses: [Double] = []
    /// The steps' learning rates.
    public private(set) var learningRates: [Double] = []
    /// The steps' weight decays.
    public private(set) var weightDecays: [Double] = []
    /// The measurements on text that is kept out of training.
    public private(set) var evaluations: [EvaluationRecord] = []

    /// Reads a run's log.
    ///
    /// Throws if the file is no log, has no steps, or has records of several runs.
    public init(log path: String) throws(TrainingError) {
        var reader = try RunLogReader(path: path)
        guard let first = try reader.next() else {
            throw TrainingError(.invalidData, file: path, "the log is empty; train first")
        }
        guard case .run(let header) = first else {
            throw TrainingError(
                .invalidData, file: "\(path):\(reader.line)",
                "expected the record of the kind run that begins a log, found another")
        }
        self.header = header
        while let record = try reader.next() { try add(record, "\(path):\(reader.line)") }
        guard !steps.isEmpty else {
            throw TrainingError(
                .invalidData, file: path, "the log has no steps yet; plot it when it has")
        }
    }

    private mutating func add(_ record: RunRecord, _ place: String) throws(TrainingError) {
        switch record {
        case .run:
            throw TrainingError(
                .invalidData, file: place,
                "a second run begins here; give every run a log of its own")
        case .step(let record):
            guard Double(record.step) > steps.last ?? 0 else {
                throw TrainingError(
                    .invalidData, file: place,
                    "expected steps that rise from 1, found step \(record.step) behind step "
                        + "\(Int(steps.last ?? 0)); give every run a log of its own")
            }
            steps.append(Double(record.step))
            losses.append(Self.plottable(record.loss))
            learningRates.append(Self.plottable(record.learningRate))
            weightDecays.append(Self.plottable(record.weightDecay))
        case .evaluation(let record):
            var record = record
            record.heldOutLoss = Self.plottable(record.heldOutLoss)
            evaluations.append(record)
        case .end:
            break
        }
    }

    /// NaN and zero in place of values so large and so small that axes could not be computed.
    private static func plottable(_ value: Double) -> Double {
        abs(value) < 1e30 ? (abs(value) > 1e-30 ? value : 0) : .nan
    }
}
