import BitNetTensors
import Foundation

/// The processor and what the engine makes of it.
struct ProcessorReport: Encodable {
    let name: String
    let features: [String]
    /// The kernels that are used.
    let kernels: String
    /// Whether BITNET_ISA pins them; otherwise the first of the available ones is used.
    let areKernelsPinned: Bool
    /// Best first.
    let availableKernels: [String]
    /// Threads that are used when none are asked for.
    let threads: Int
    let measured: ProcessorSpeed

    enum CodingKeys: String, CodingKey {
        case name, features, kernels, threads, measured
        case areKernelsPinned = "kernels_pinned"
        case availableKernels = "available_kernels"
    }

    /// Measures with the threads of `compute`.
    init(_ compute: ComputeContext) {
        name = Processor.name
        features = Processor.features
        kernels = compute.kernels.name
        areKernelsPinned = ProcessInfo.processInfo.environment["BITNET_ISA"]?.isEmpty == false
        availableKernels = KernelSet.available.map(\.name)
        threads = ComputeContext.defaultThreadCount
        measured = ProcessorSpeed(compute)
    }

    /// Lines of name and value.
    var lines: [ReportLine] {
        let reason = areKernelsPinned ? "pinned by BITNET_ISA" : "the best; BITNET_ISA pins another"
        return [
            ReportLine("processor", name.isEmpty ? "unknown" : name),
            ReportLine("features", features.isEmpty ? "none" : features.joined(separator: " ")),
            ReportLine(
                "kernels",
                "\(kernels), \(reason) (available: \(availableKernels.joined(separator: ", ")))"),
            ReportLine("threads", "\(threads)"),
        ] + measured.lines
    }
}
