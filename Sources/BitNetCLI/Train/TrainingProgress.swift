import BitNetModels
import BitNetTraining

/// What a training run shows while it goes on.
final class TrainingProgress {
    private let run: TrainingRun
    private let isShown: Bool
    private let json: Bool
    private let preparation = StageProgress()
    private let line = ProgressLine("training")
    private let steps: Int
    private let firstStep: Int
    private let firstTokens: Int
    private var smoothed: [String: Double] = [:]
    private var lastStep: StepRecord?
    private var firstEvaluation: EvaluationRecord?
    private var lastEvaluation: EvaluationRecord?
    private var start = ContinuousClock.now

    init(_ run: TrainingRun, isShown: Bool, _ json: Bool) {
        self.run = run
        self.isShown = isShown
        self.json = json
        steps = run.task.recipe.schedule.steps
        firstStep = run.stepsMade
        firstTokens = run.tokensSeen
    }

    /// Prints the settings.
    func begin(_ description: String) {
        start = .now
        guard isShown, !json else { return }
        StandardStreams.note(description)
        if firstStep > 0 { StandardStreams.note("resumed behind step \(firstStep)") }
    }

    /// Shows what happened.
    func show(_ event: TrainingRun.Event) {
        guard isShown else { return }
        switch event {
        case .preparing(let name, let fraction):
            preparation.update(name, fraction)
            start = .now
        case .step(let record):
            lastStep = record
            smooth("loss", record.loss)
            for member in record.extra {
                if case .number(let value) = member.value { smooth(member.name, value) }
            }
            line.update(Double(record.step) / Double(steps), remark(record))
        case .measuring(let fraction):
            line.update(
                Double(lastStep?.step ?? 0) / Double(steps), "measuring \(Int(100 * fraction)) %")
        case .evaluation(let record):
            firstEvaluation = firstEvaluation ?? record
            lastEvaluation = record
            guard !json else { return }
            line.clear()
            StandardStreams.note(
                "step \(record.step): \(state)held out "
                    + "\(NumberFormat.fixed(record.heldOutLoss, 4)), perplexity "
                    + NumberFormat.fixed(record.perplexity, 2))
        case .checkpoint: break
        }
    }

    /// Follows a measure of the steps, the newest of which counts a twentieth.
    private func smooth(_ name: String, _ value: Double) {
        smoothed[name] = smoothed[name].map { 0.95 * $0 + 0.05 * value } ?? value
    }

    /// The loss and the measures of preferences; nothing before the first step.
    private var state: String {
        ["loss", "margin", "accuracy"].compactMap { name in
            smoothed[name].map { "\(name) \(NumberFormat.fixed($0, 4)), " }
        }.joined()
    }

    private func remark(_ record: StepRecord) -> String {
        let elapsed = (ContinuousClock.now - start).seconds
        let left = elapsed / Double(max(1, record.step - firstStep)) * Double(steps - record.step)
        return
            "step \(record.step)/\(steps), \(state)lr \(NumberFormat.scientific(record.learningRate)), "
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
        let margin: Double?
        let accuracy: Double?
        let held_out_loss_before: Double?
        let held_out_loss: Double?
        let perplexity: Double?
        let seconds: Double?
    }

    /// JSON has no other numbers.
    private static func finite(_ number: Double?) -> Double? {
        number.flatMap { $0.isFinite ? $0 : nil }
    }

    /// Says how the run ended.
    func end(isFinished: Bool, _ folder: String) throws {
        line.finish()
        preparation.finish()
        guard isShown else { return }
        let before = firstEvaluation.flatMap { $0.step == 0 ? $0.heldOutLoss : nil }
        let report = Report(
            folder: folder, finished: isFinished, steps: run.stepsMade, loss: smoothed["loss"],
            margin: smoothed["margin"], accuracy: smoothed["accuracy"],
            held_out_loss_before: Self.finite(before),
            held_out_loss: Self.finite(lastEvaluation?.heldOutLoss),
            perplexity: Self.finite(lastEvaluation?.perplexity), seconds: lastStep?.seconds)
        if json { return try StandardStreams.writeOutput(JSONFiles.text(report)) }
        let speed = Double(run.tokensSeen - firstTokens) / (ContinuousClock.now - start).seconds
        StandardStreams.note(
            isFinished
                ? "done: \(run.stepsMade) steps, \(state)\(NumberFormat.count(Int(speed))) tokens/s; "
                    + "try it: bitnet run \(folder)"
                : "stopped behind step \(run.stepsMade); go on with --resume")
    }
}
