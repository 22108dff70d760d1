import ArgumentParser
import BitNetTraining

/// The folder of a run, and what to do with a run that is there already.
struct RunFolderOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The run's folder.", valueName: "folder"))
    var output: String

    @Flag(help: "Go on from the newest checkpoint in the run's folder.")
    var resume = false

    @Flag(help: "Replace a former run in the folder.")
    var force = false

    mutating func validate() throws {
        if resume, force {
            throw ValidationError("--resume and --force exclude each other")
        }
    }

    /// The folder.
    var folder: RunFolder { RunFolder(output) }

    /// The run's name, unless it is given another one.
    var defaultName: String { output.split(separator: "/").last.map(String.init) ?? "run" }

    /// The checkpoint to resume from; says which ones are damaged.
    func checkpoint() throws -> TrainingCheckpoint {
        let newest = try folder.newest { error in
            StandardStreams.note("warning: \(error); looking for an older checkpoint")
        }
        if let newest { return newest }
        throw CommandFailure(
            folder.holdsRun
                ? "\(output): the run ended before its first checkpoint, so there is none to resume "
                    + "from; start it again, with --force in place of --resume"
                : "\(output): there is no checkpoint to resume from; start the run without --resume"
        )
    }

    /// Throws unless a new run may be written here.
    func check() throws {
        guard !folder.holdsModel else {
            throw CommandFailure(
                "\(output): there is a model that is no training run's, which would be replaced; "
                    + "choose another folder")
        }
        guard force || !folder.holdsRun else {
            throw CommandFailure(
                "\(output): there is a run already; go on with it (--resume), replace it "
                    + "(--force), or choose another folder")
        }
    }

}

/// A command that makes a training run.
protocol TrainingRunCommand: AsyncParsableCommand, Sendable {
    var runFolder: RunFolderOptions { get }
    var running: RunningOptions { get }

    /// Sets the run up, and says in words what it will do.
    func makeRun(_ communicator: any Communicator) throws -> (run: TrainingRun, description: String)
}

extension TrainingRunCommand {
    /// Trains until the last step or Ctrl-C, and shows how it goes.
    func train() async throws {
        let stop = StopRequest()
        let interrupts = Interrupts()
        try await Communicators.run { communicator in
            try await interrupts.during({ stop.request() }) {
                let (run, description) = try makeRun(communicator)
                let progress = TrainingProgress(run, isShown: communicator.rank == 0, running.json)
                progress.begin(description)
                let isFinished = try run.run(shouldStop: { stop.isRequested }) { progress.show($0) }
                try progress.end(isFinished: isFinished, runFolder.output)
            }
        }
    }
}
