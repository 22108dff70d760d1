// One process of Scripts/test-mpi.sh. usage: BitNetMPICheck sums|failure|steps
import BitNetTensors
import BitNetTraining

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What a check found.
struct CheckFailure: Error, CustomStringConvertible {
    let description: String
}

func check(_ isTrue: Bool, _ message: String) throws {
    if !isTrue { throw CheckFailure(description: message) }
}

/// One process gives up while the others wait for it.
func giveUp(_ communicator: any Communicator) throws {
    try check(communicator.rank != 1, "given up")
    try communicator.barrier()
}

/// Every process sums another number of values.
func fallOutOfStep(_ communicator: any Communicator) throws {
    _ = try communicator.sum([Double](repeating: 0, count: 10 + communicator.rank))
}

do {
    switch CommandLine.arguments.dropFirst().first {
    case "sums": try await Communicators.run(SumChecks.run)
    case "failure": try await Communicators.run(giveUp)
    case "steps": try await Communicators.run(fallOutOfStep)
    default: throw CheckFailure(description: "usage: BitNetMPICheck sums|failure|steps")
    }
} catch {
    print("error: \(error)")
    exit(1)
}
