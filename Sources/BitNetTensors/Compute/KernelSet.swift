internal import CBitNetKernels

/// One implementation of all kernels: "scalar", "avx2", "avxvnni", "avx512vnni", "avx512vbmi",
/// "neon", "neon-dotprod" or "neon-i8mm".
///
/// All sets compute the same bits; they differ in speed.
public struct KernelSet: Sendable, Equatable {
    // The table is a constant of the C module.
    nonisolated(unsafe) let table: UnsafePointer<bn_kernels>

    /// The name of the instruction set.
    public var name: String { String(cString: table.pointee.name) }

    /// Whether products of one token may read two rows at once.
    var readsRowPairs: Bool { table.pointee.reads_row_pairs }

    /// The sets that this build has and this processor can run, best first.
    public static var available: [KernelSet] {
        withUnsafeTemporaryAllocation(of: UnsafePointer<bn_kernels>?.self, capacity: 8) { tables in
            let count = bn_kernels_available(tables.baseAddress, 8)
            return tables.prefix(count).compactMap { $0.map(KernelSet.init(table:)) }
        }
    }

    /// The best set, or the one that the environment variable `BITNET_ISA` names.
    ///
    /// Throws when `BITNET_ISA` names a set that cannot run here.
    public static func preferred() throws(KernelError) -> KernelSet {
        guard let table = bn_kernels_default() else {
            let names = available.map(\.name).joined(separator: ", ")
            throw KernelError(
                "BITNET_ISA names an instruction set that this processor or build does not have; "
                    + "available: \(names)")
        }
        return KernelSet(table: table)
    }

    /// Whether `BITNET_ISA` names a set.
    static var isPinned: Bool {
        SystemCalls.environment("BITNET_ISA").map { !$0.isEmpty } ?? false
    }

    /// Whether these are the reference loops.
    public var isReference: Bool { name == "scalar" }

    /// The set of that name, or nil when it cannot run here.
    public static func named(_ name: String) -> KernelSet? {
        bn_kernels_named(name).map(KernelSet.init(table:))
    }
}

/// Why the kernels cannot be set up.
public struct KernelError: Error, Sendable, CustomStringConvertible {
    /// What was found and what was expected.
    public let description: String

    init(_ description: String) { self.description = description }
}

/// What the processor is, for reports.
public enum Processor {
    /// The marketing name, "" when the processor does not tell.
    public static var name: String { String(cString: bn_cpu_name()) }

    /// The instruction sets that matter to the kernels and that the operating system has enabled.
    public static var features: [String] {
        let cpu = bn_cpu_probe()
        let all: [(String, Bool)] = [
            ("avx2", cpu.avx2), ("fma", cpu.fma), ("f16c", cpu.f16c), ("avxvnni", cpu.avxvnni),
            ("avx512f", cpu.avx512f), ("avx512bw", cpu.avx512bw), ("avx512vl", cpu.avx512vl),
            ("avx512dq", cpu.avx512dq),
            ("avx512vnni", cpu.avx512vnni), ("avx512vbmi", cpu.avx512vbmi), ("neon", cpu.neon), ("dotprod", cpu.dotprod),
            ("i8mm", cpu.i8mm),
        ]
        return all.filter(\.1).map(\.0)
    }
}
