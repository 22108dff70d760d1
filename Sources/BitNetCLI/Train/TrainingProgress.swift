import BitNetModels
import BitNetTraining

/// What a training run shows while it goes on.
final class TrainingProgress {
    private let isShown: Bool
    private let json: Bool
    private let line = ProgressLine("training")
    private var steps = 1
    private var firstStep = 0
    private var smoothedLoss: Double?
    private var lastStep: StepRecord?
    private var lastEvaluation: EvaluationRecord?
    private var start = ContinuousClock.now

    init(isShown: Bool, _ json: Bool) {
        self.isShown = isShown
        self.json = json
    }

    /// Prints the settings.
    func begin(_ run: PretrainRun, _ dataset: TokenDataset) {
        let settings = run.settings
        steps = settings.schedule.steps
        firstStep = run.stepsMade
        start = .now
        guard isShown, !json else { return }
        let count = run.model.weights.layout.parameters.reduce(0) { $0 + $1.count }
        let schedule = settings.schedule
        let epochs = Double(steps * settings.batchTokens) / Double(dataset.tokenCount)
        StandardStreams.note(
            """
            model: \(NumberFormat.count(count)) parameters, \(settings.precision.rawValue); \
            \(run.model.configuration.layerCount) layers, hidden \(settings.hiddenSize), \
            feed-forward \(settings.feedForwardSize), \(settings.heads)/\(settings.keyValueHeads) \
            heads of \(settings.headDimension), vocabulary \(dataset.vocabularySize)
            data: \(NumberFormat.count(dataset.tokenCount)) tokens; \(steps) steps of \
            \(settings.sequences) x \(settings.length) tokens, \(NumberFormat.fixed(epochs, 1)) epochs
            recipe: AdamW, learning rate \(schedule.peak), from step \(schedule.switchStep + 1) on \
            \(schedule.secondPeak), falling to 0; warm-up \(schedule.warmUpSteps); weight decay \
            \(schedule.weightDecay), then 0; seed \(settings.seed)
            """)
        if firstStep > 0 { StandardStreams.note("resumed behind step \(firstStep)") }
    }

    /// Shows what happened.
    func show(_ event: PretrainRun.Event) {
        guard isShown else { return }
        switch event {
        case .step(let record):
            lastStep = record
            smoothedLoss = smoothedLoss.map { 0.95 * $0 + 0.05 * record.loss } ?? record.loss
            line.update(Double(record.step) / Double(steps), remark(record))
        case .measuring(let fraction):
            line.update(Double(lastStep?.step ?? 0) / Double(steps), "measuring \(Int(100 * fraction)) %")
        case .evaluation(let record):
            lastEvaluation = record
            guard !json else { return }
            line.clear()
            StandardStreams.note(
                "step \(record.step): loss \(NumberFormat.fixed(smoothedLoss ?? 0, 4)), held out "
                    + "\(NumberFormat.fixed(record.heldOutLoss, 4)), perplexity "
                    + "\(NumberFormat.fixed(record.perplexity, 2))")
        case .checkpoint: break
        }
    }

    private func remark(_ record: StepRecord) -> String {
        let elapsed = (ContinuousClock.now - start).seconds
        let left = elapsed / Double(max(1, record.step - firstStep)) * Double(steps - record.step)
        return "step \(record.step)/\(steps), loss \(NumberFormat.fixed(smoothedLoss ?? 0, 3)), "
            + "lr \(NumberFormat.scientific(record.learningRate)), "
            + "\(NumberFormat.count(Int(record.tokensPerSecond))) tokens/s, "
            + "\(Self.time(left)) left"
    }

    private static func time(_ seconds: Double) -> String {
        let whole = Int(min(max(seconds, 0), 1e9))
        guard whole >= 3600 else {
            return "\(whole / 60):\(whole % 60 < 10 ? "0" : "")\(whole % 60)"
        }
        let minutes = whole / 60 % 60
        return "\(whole / 3600) h \(minutes) min"
    }

    private struct Report: Encodable {
        let folder: String
        let finished: Bool
        let steps: Int
        let loss: Double?
        let held_out_loss: Double?
        let perplexity: Double?
        let seconds: Double?
    }

    /// JSON has no other numbers.
    private static func finite(_ number: Double?) -> Double? {
        number.flatMap { $0.isFinite ? $0 : nil }
    }

    /// Says how the run ended.
    func end(_ run: PretrainRun, isFinished: Bool, _ folder: String) throws {
        line.finish()
        guard isShown else { return }
        let report = Report(
            folder: folder, finished: isFinished, steps: run.stepsMade, loss: smoothedLoss,
            held_out_loss: Self.finite(lastEvaluation?.heldOutLoss),
            perplexity: Self.finite(lastEvaluation?.perplexity),
            seconds: lastStep?.seconds)
        if json { return try StandardStreams.writeOutput(JSONFiles.text(report)) }
        let speed = Double((run.stepsMade - firstStep) * run.settings.batchTokens)
            / (ContinuousClock.now - start).seconds
        StandardStreams.note(
            isFinished
                ? "done: \(run.stepsMade) steps, \(NumberFormat.count(Int(speed))) tokens/s; try it: "
                    + "bitnet run \(folder) --raw \"…\""
                : "stopped behind step \(run.stepsMade); go on with --resume")
    }
}
