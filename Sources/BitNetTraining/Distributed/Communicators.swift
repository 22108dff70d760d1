internal import BitNetTensors

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Android)
internal import Android
#elseif canImport(Darwin)
internal import Darwin
#endif

/// How this process takes part in a run: alone, or as one of those that mpirun started.
public enum Communicators {
    /// The communicator of this process.
    ///
    /// `SingleProcess` unless mpirun (or srun) started several; then MPI's, whose start waits for all
    /// of them. End with `finish()`, or with `abort(_:)` when this process fails; `run(_:)` does so.
    ///
    /// - Throws: `TrainingError(.communication)` when several processes were started but the program
    ///   is built without the package trait `MPI`, or with another MPI than the one that started it:
    ///   each process would train the same model.
    public static func current() throws -> any Communicator {
        try current(environment: ProcessInfo.processInfo.environment)
    }

    /// The same for a given environment.
    package static func current(environment: [String: String]) throws -> any Communicator {
        guard let launch = try ProcessLaunch(environment: environment), launch.size > 1 else {
            return SingleProcess()
        }
        #if MPI
        return try MPICommunicator(launch)
        #else
        throw TrainingError(
            .communication,
            "\(launch.size) processes were started (\(launch.variable)), but this program is built "
                + "without MPI, so each would train the same model. Build it with `swift build -c "
                + "release --traits MPI` (Debian and Ubuntu: apt-get install libopenmpi-dev "
                + "openmpi-bin), or start one process.")
        #endif
    }

    /// Runs `body` in this process of the run.
    ///
    /// When `body` throws, all processes end with its error.
    public static func run<Result>(
        isolation: isolated (any Actor)? = #isolation,
        _ body: (any Communicator) async throws -> Result
    ) async throws -> Result {
        let communicator = try current()
        do {
            let result = try await body(communicator)
            try communicator.finish()
            return result
        } catch {
            communicator.abort("\(error)")
            throw error
        }
    }

    /// How many threads each of `localRanks` processes on this machine should use, at least 1: its
    /// share of the processors, or those that it is bound to if they are fewer.
    ///
    /// Open MPI binds each of two processes to one core unless told `--bind-to none`.
    public static func defaultThreads(localRanks: Int) -> Int {
        defaultThreads(
            localRanks: localRanks, online: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))),
            allowed: ComputeContext.defaultThreadCount)
    }

    /// The same for a machine with `online` processors, of which this process may use `allowed`.
    package static func defaultThreads(localRanks: Int, online: Int, allowed: Int) -> Int {
        max(1, min(allowed, online / max(1, localRanks)))
    }
}
