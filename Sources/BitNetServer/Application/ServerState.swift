#if Server
import Logging

/// What all requests share.
struct ServerState: Sendable {
    let configuration: ServerConfiguration
    let lifecycle: Lifecycle
    let admission: Admission
    let routes: RouteTable
    let logger: Logger

    init(_ configuration: ServerConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        lifecycle = Lifecycle()
        admission = Admission(
            capacity: configuration.limits.sequences + configuration.limits.queue)
        routes = RouteTable(Dialects.all)
    }
}
#endif
