#if Server
import Hummingbird
import NIOCore

/// What Hummingbird hands over with a request: its connection.
struct ServerContext: InitializableFromSource, Sendable {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) { channel = source.channel }
}
#endif
