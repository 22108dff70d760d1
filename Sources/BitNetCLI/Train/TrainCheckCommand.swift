import ArgumentParser
import BitNetTensors
import BitNetTraining

struct TrainCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Compare losses, gradients and steps with an independent implementation.",
        discussion: """
            FOLDER holds expected.json (the model's configuration, a batch, losses, the \
            optimiser's settings), initial.safetensors, gradients.safetensors (and \
            gradients-full-precision.safetensors) and final.safetensors. From the initial weights \
            the model, ternary and in full precision, is compared with them:

              loss of the first step     within 1e-5
              last logits, if given      within 1e-4
              every gradient             within 1e-4 (norm of the difference over the norm)

            In full precision it then takes all steps: losses within 1e-4, gradients' norms within \
            1e-4 of theirs. A ternary model's activations are rounded to 8-bit codes, and where a \
            value lies within float32's noise of a half, two correct programs round differently. \
            So a plain run in float64 links the two. It must agree with the folder:

              losses of all steps        within 1e-4 (gradients' norms: of theirs)
              weights after all steps    within 1e-3 (as gradients)

            The trainer takes each step from its weights, and float64 once more with the trainer's \
            codes. These two must agree:

              loss of each step          within 1e-4
              every gradient             within 1e-4 (as above)
              codes                      within 1e-3 of a half where float64 alone rounds otherwise
              weights after AdamW        within 1e-5 (as gradients), from the same gradients

            Where expected.json has an objective (a sum over the weighted tokens, or the preference \
            for one of two answers), the loss is that one, its log-probabilities are compared too, \
            and numbers above 1 are compared relative to their size.

            The exit status is 0 only if everything holds.

            EXAMPLES
              bitnet train check Tests/Fixtures/training
              bitnet train check Tests/Fixtures/training --json
            """)

    @Argument(help: ArgumentHelp("The folder.", valueName: "folder"))
    var folder: String

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var blas: BLASOptions

    @Flag(help: "Compute activations again in the backward pass instead of keeping them.")
    var checkpointActivations = false

    @Flag(help: "Print one JSON object.")
    var json = false

    private struct Report: Encodable {
        let folder: String
        let holds: Bool
        let comparisons: [TrainingComparison]
    }

    func run() throws {
        let fixture = try TrainingFixture(path: folder)
        let check = TrainingCheck(
            fixture, try threads.makeCompute(), blas: try blas.library(),
            checkpointsActivations: checkpointActivations)
        let comparisons = try TrainingPrecision.allCases.flatMap { try check.comparisons($0) }
        guard !comparisons.isEmpty else {
            throw CommandFailure(
                "\(folder): expected.json has results for neither \"ternary\" nor "
                    + "\"full_precision\"; there is nothing to compare")
        }
        let failed = comparisons.filter { !$0.holds }
        let report = Report(folder: folder, holds: failed.isEmpty, comparisons: comparisons)
        try StandardStreams.writeOutput(json ? JSONFiles.text(report) : text(comparisons))
        guard failed.isEmpty else {
            throw CommandFailure(
                "\(failed.count) of \(comparisons.count) comparisons do not hold")
        }
    }

    private func text(_ comparisons: [TrainingComparison]) -> String {
        let width = comparisons.map(\.subject.count).max() ?? 0
        let lines = comparisons.map { item in
            let padding = String(repeating: " ", count: width - item.subject.count)
            return "\(item.holds ? "ok    " : "FAILED") \(item.subject)\(padding)  "
                + "\(NumberFormat.scientific(item.difference)) "
                + "(at most \(NumberFormat.scientific(item.limit)))\n"
        }
        let held = comparisons.count { $0.holds }
        return lines.joined() + "\(held) of \(comparisons.count) comparisons hold.\n"
    }
}
