#if Server
import ArgumentParser
import BitNetServer

/// Where `bitnet serve` listens, and to whom.
struct ListeningOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Address or name to listen on.", valueName: "address"))
    var host = "127.0.0.1"

    @Option(help: "Port to listen on; 0 takes one that is free.")
    var port = 8080

    mutating func validate() throws {
        if !(0...65535).contains(port) {
            throw ValidationError("--port: expected 0 to 65535, found \(port)")
        }
    }

    func apply(to configuration: inout ServerConfiguration) {
        configuration.host = host
        configuration.port = port
    }
}
#endif
