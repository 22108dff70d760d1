import ArgumentParser
import BitNetTensors
import BitNetTraining

/// What does not change the results of a training run, but for their last bits.
struct RunningOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Steps between checkpoints. (default: a twentieth of all, at most 500)",
            valueName: "steps"))
    var checkpointEvery: Int?

    @Option(
        help: ArgumentHelp(
            "Steps between measurements on held-out data, 0 for none. (default: a twentieth of all)",
            valueName: "steps"))
    var evalEvery: Int?

    @Option(
        help: ArgumentHelp(
            "Tokens in memory at a time; a step with more is made in pieces, whose gradients are "
                + "added. Another number changes results in their last bits only.",
            valueName: "tokens"))
    var pieceTokens = 4096

    @Flag(help: "Compute activations again in the backward pass: a third more work, less memory.")
    var checkpointActivations = false

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var blas: BLASOptions

    @Flag(help: "Print one JSON object at the end.")
    var json = false

    mutating func validate() throws {
        if let checkpointEvery, checkpointEvery < 1 {
            throw ValidationError(
                "--checkpoint-every: expected 1 or more, found \(checkpointEvery)")
        }
        if let evalEvery, evalEvery < 0 {
            throw ValidationError("--eval-every: expected 0 or more, found \(evalEvery)")
        }
        if pieceTokens < 1 {
            throw ValidationError("--piece-tokens: expected 1 or more, found \(pieceTokens)")
        }
    }

    /// The options of a run of `steps` in `folder`.
    func options(steps: Int, _ folder: RunFolderOptions) throws -> TrainingRun.Options {
        var options = TrainingRun.Options()
        options.replacesFormerRun = folder.force
        let twentieth = max(1, steps / 20)
        options.checkpointInterval = checkpointEvery ?? min(500, twentieth)
        options.evaluationInterval = evalEvery ?? twentieth
        options.pieceTokens = pieceTokens
        options.checkpointsActivations = checkpointActivations
        options.blas = try blas.library()
        return options
    }

    /// The threads asked for, or this process's share of the machine.
    func makeCompute(_ communicator: any Communicator) throws -> ComputeContext {
        let count =
            threads.count ?? Communicators.defaultThreads(localRanks: communicator.localSize)
        return try ComputeContext(threads: count)
    }
}
