import BitNetTensors
import BitNetTraining

/// Sums and broadcasts of known values, compared bit by bit with those computed in this process.
enum SumChecks {
    /// Prints the process, the size and a digest of all float sums: equal in all processes and runs.
    static func run(_ communicator: any Communicator) throws {
        try check(communicator.size > 1, "one process only: start with mpirun")
        try check((1...communicator.size).contains(communicator.localSize), "local size")
        var digest: UInt64 = 0xcbf2_9ce4_8422_2325
        // A round holds 2^22 floats.
        for count in [0, 1, 2, 3, 5, 1000, 1 << 22, (1 << 22) + 1, (3 << 21) + 7] {
            try floats(communicator, count, &digest)
        }
        for count in [0, 1, 3, 1024, 1025, 5000] { try doubles(communicator, count) }
        for count in [0, 1, 100_000, 50_000_001] { try broadcast(communicator, count) }
        try communicator.barrier()
        print("process \(communicator.rank) of \(communicator.size): \(digest)")
    }

    /// A value of either sign and of a magnitude such that the order of additions shows.
    private static func value(_ rank: Int, _ index: Int) -> Float {
        var bits = UInt64(truncatingIfNeeded: index &* 1_000_003 &+ rank &* 7919 &+ 1)
        bits = (bits ^ (bits >> 31)) &* 0x9e37_79b9_7f4a_7c15
        bits ^= bits >> 29
        return (Float(bits >> 40) / Float(1 << 23) - 1) * Float(1 << (bits & 15))
    }

    private static func floats(
        _ communicator: any Communicator, _ count: Int, _ digest: inout UInt64
    ) throws {
        guard let buffer = AlignedBuffer<Float>(count: count) else {
            throw CheckFailure(description: "no memory")
        }
        for index in 0..<count { buffer[index] = value(communicator.rank, index) }
        try communicator.sum(buffer)
        for index in 0..<count {
            let sum = (1..<communicator.size).reduce(value(0, index)) { $0 + value($1, index) }
            try check(
                buffer[index].bitPattern == sum.bitPattern,
                "float \(index) of \(count): \(buffer[index]), expected \(sum)")
            digest = (digest ^ UInt64(sum.bitPattern)) &* 0x100_0000_01b3
        }
    }

    private static func doubles(_ communicator: any Communicator, _ count: Int) throws {
        let own = (0..<count).map { Double(value(communicator.rank, $0)) / 3 }
        let sums = try communicator.sum(own)
        try check(sums.count == count, "\(sums.count) sums of \(count) doubles")
        for index in 0..<count {
            let sum = (1..<communicator.size).reduce(Double(value(0, index)) / 3) {
                $0 + Double(value($1, index)) / 3
            }
            try check(sums[index] == sum, "double \(index) of \(count): \(sums[index]), not \(sum)")
        }
    }

    private static func broadcast(_ communicator: any Communicator, _ count: Int) throws {
        func byte(_ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: index &* 31 &+ 7) }
        let own = communicator.rank == 0 ? (0..<count).map(byte) : [1, 2, 3]
        let received = try communicator.broadcast(own)
        try check(received.count == count, "\(received.count) bytes of \(count)")
        try check(received.indices.allSatisfy { received[$0] == byte($0) }, "a byte of \(count)")
    }
}
