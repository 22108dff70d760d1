import BitNetTensors

/// The processor and what the engine makes of it.
struct ProcessorReport: Encodable {
    let name: String
    let features: [String]
    /// The kernels that are used; nil when BITNET_ISA names none that can run here.
    let kernels: String?
    let availableKernels: [String]
    /// Threads that are used when none are asked for.
    let threads: Int

    enum CodingKeys: String, CodingKey {
        case name, features, kernels, threads
        case availableKernels = "available_kernels"
    }

    init() throws {
        name = Processor.name
        features = Processor.features
        kernels = try KernelSet.preferred().name
        availableKernels = KernelSet.available.map(\.name)
        threads = ComputeContext.defaultThreadCount
    }

    /// Lines of name and value.
    var lines: [ReportLine] {
        [
            ReportLine("processor", name.isEmpty ? "unknown" : name),
            ReportLine("features", features.isEmpty ? "none" : features.joined(separator: " ")),
            ReportLine(
                "kernels",
                "\(kernels ?? "none") (available: \(availableKernels.joined(separator: ", ")); "
                    + "BITNET_ISA chooses)"),
            ReportLine("threads", "\(threads)"),
        ]
    }
}
