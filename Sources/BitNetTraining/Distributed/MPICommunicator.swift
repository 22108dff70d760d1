#if MPI
internal import BitNetTensors
internal import CBitNetMPI
internal import Synchronization

/// The processes that mpirun started, over MPI (package trait `MPI`).
///
/// Every process makes the same calls in the same order; one that does not is found out, and all get
/// an error. Sums are added in the order of ranks, element by element, so that their bits depend only
/// on the number of processes. A sum moves about twice the buffer to and from each process, in rounds
/// of 16 MiB.
final class MPICommunicator: Communicator {
    /// This process's number, from 0.
    let rank: Int
    /// How many processes there are.
    let size: Int
    /// How many of them share this machine.
    let localSize: Int
    // MPI takes calls from any thread, but one at a time.
    private let turn = Mutex(())

    /// Starts MPI and waits for the other processes.
    init(_ launch: ProcessLaunch) throws {
        guard bn_mpi_start() == 0 else { throw Self.failure("start") }
        rank = Int(bn_mpi_rank())
        size = Int(bn_mpi_size())
        localSize = Int(bn_mpi_local_size())
        guard size == launch.size else {
            throw TrainingError(
                .communication,
                "\(launch.size) processes were started (\(launch.variable)), but MPI found \(size). "
                    + "This program is built with \(String(cString: bn_mpi_library())): start it with "
                    + "the mpirun of that MPI, or build it again for the other one (`swift build -c "
                    + "release --traits MPI`, with BITNET_MPI=ompi-c or BITNET_MPI=mpich in the "
                    + "environment).")
        }
    }

    /// Replaces `buffer` by the sum over all processes, equal in all to the last bit.
    func sum(_ buffer: AlignedBuffer<Float>) throws {
        try call("sum gradients") { bn_mpi_sum_floats(buffer.base, Int64(buffer.count)) }
    }

    /// The sums over all processes, equal in all to the last bit.
    func sum(_ values: [Double]) throws -> [Double] {
        var sums = values
        try call("sum values") { bn_mpi_sum_doubles(&sums, Int64(sums.count)) }
        return sums
    }

    /// Process 0's bytes; those of the others are not looked at.
    func broadcast(_ bytes: [UInt8]) throws -> [UInt8] {
        var count = Int64(bytes.count)
        try call("send a length") {
            bn_mpi_broadcast(&count, Int64(MemoryLayout<Int64>.size))
        }
        var received = rank == 0 ? bytes : [UInt8](repeating: 0, count: Int(count))
        try call("send \(count) bytes") { bn_mpi_broadcast(&received, count) }
        return received
    }

    /// Waits for all processes.
    func barrier() throws {
        try call("wait", bn_mpi_barrier)
    }

    /// Writes the message to standard error and ends all processes with exit status 1.
    func abort(_ message: String) {
        bn_mpi_abort("error: process \(rank) of \(size): \(message)")
    }

    /// Waits for all processes and ends MPI; no call may follow.
    func finish() throws {
        try call("finish", bn_mpi_finish)
    }

    private func call(_ purpose: String, _ function: () -> Int32) throws {
        try turn.withLock { _ in
            guard function() == 0 else { throw Self.failure(purpose) }
        }
    }

    private static func failure(_ purpose: String) -> TrainingError {
        TrainingError(
            .communication,
            "The processes could not \(purpose): \(String(cString: bn_mpi_failure())). Check that all "
                + "machines are up and train the same model with the same settings, then resume the "
                + "run from its last checkpoint.")
    }
}
#endif
