#if Server
import ArgumentParser
import BitNetServer

/// How `bitnet serve` ends.
struct EndingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Seconds in which requests are still served while /health says draining, so that a "
                + "load balancer takes the server out first.", valueName: "seconds"))
    var drainDelay = 0.0

    @Option(
        help: ArgumentHelp(
            "Seconds that running requests get to end.", valueName: "seconds"))
    var drainTimeout = 30.0

    mutating func validate() throws {
        for (name, value) in [("delay", drainDelay), ("timeout", drainTimeout)]
        where !(0...86400).contains(value) {
            throw ValidationError("--drain-\(name): expected 0 to 86400 seconds, found \(value)")
        }
    }

    func apply(to configuration: inout ServerConfiguration) {
        configuration.drain.delaySeconds = drainDelay
        configuration.drain.timeoutSeconds = drainTimeout
    }
}
#endif
