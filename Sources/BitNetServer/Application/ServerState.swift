#if Server
import Logging

/// What all requests share.
struct ServerState: Sendable {
    let configuration: ServerConfiguration
    let lifecycle: Lifecycle
    let admission: Admission
    let metrics = ServerMetrics()
    let keys: KeyRing
    let origins: OriginPolicy
    let routes: RouteTable
    let logger: Logger

    init(_ configuration: ServerConfiguration, logger: Logger) throws(ServerError) {
        self.configuration = configuration
        self.logger = logger
        lifecycle = Lifecycle()
        keys = try KeyRing(configuration.keys)
        origins = OriginPolicy(origins: configuration.origins)
        admission = Admission(
            capacity: configuration.limits.sequences + configuration.limits.queue)
        routes = RouteTable(Dialects.all)
    }
}
#endif
