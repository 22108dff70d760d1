#if Server
import ArgumentParser
import BitNetServer

/// How much `bitnet serve` allows.
struct LimitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Texts generated at the same time.", valueName: "count"))
    var parallel = 16

    @Option(
        help: ArgumentHelp(
            "Texts that may wait for their turn; further requests are refused with 429.",
            valueName: "count"))
    var queue = 256

    @Option(
        help: ArgumentHelp(
            "Largest body of a request, in bytes or with K, M or G behind.", valueName: "size"))
    var maxBody = ByteSize(bytes: 16 << 20)

    @Option(
        help: ArgumentHelp(
            "Connections that are open at the same time; others wait.", valueName: "count"))
    var maxConnections = 1024

    @Option(
        help: ArgumentHelp(
            "Most seconds that a request may take. (default: no limit)", valueName: "seconds"))
    var timeout: Double?

    @Option(
        help: ArgumentHelp(
            "Seconds in which a client must send its request or take what it was sent, before its "
                + "connection is closed.", valueName: "seconds"))
    var clientTimeout = 60.0

    mutating func validate() throws {
        try check("--parallel", parallel, 1...4096)
        try check("--queue", queue, 0...1_000_000)
        try check("--max-connections", maxConnections, 1...1_000_000)
        try check("--max-body", maxBody.bytes, 1024...(1 << 29))
        try check("--client-timeout", clientTimeout, 0.1...86400)
        if let timeout { try check("--timeout", timeout, 0.1...86400) }
    }

    private func check<Value>(
        _ name: String, _ value: Value, _ range: ClosedRange<Value>
    ) throws {
        guard !range.contains(value) else { return }
        throw ValidationError(
            "\(name): expected \(range.lowerBound) to \(range.upperBound), found \(value)")
    }

    func apply(to configuration: inout ServerConfiguration) {
        configuration.limits.sequences = parallel
        configuration.limits.queue = queue
        configuration.limits.bodyBytes = maxBody.bytes
        configuration.limits.connections = maxConnections
        configuration.limits.requestSeconds = timeout
        configuration.limits.clientSeconds = clientTimeout
    }
}
#endif
