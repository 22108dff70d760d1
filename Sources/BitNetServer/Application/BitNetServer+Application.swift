#if Server
import Hummingbird
import HummingbirdCore
import NIOCore

extension BitNetServer {
    /// The application of Hummingbird; `onListening` gets the URL once connections are accepted.
    func application(
        onListening: @escaping @Sendable (String) -> Void
    ) throws -> Application<ServerResponder> {
        let configuration = state.configuration
        let limits = configuration.limits
        let http = HTTPServerBuilder.http1(
            configuration: .init(additionalChannelHandlers: [ConnectionGuard(limits)]))
        return Application(
            responder: ServerResponder(state: state),
            server: http,
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                serverName: "swift-bitnet",
                availableConnectionsDelegate: .maximum(
                    limits.connections, logger: Self.quietLogger)),
            onServerRunning: { channel in
                onListening(Self.url(configuration, channel.localAddress?.port))
            },
            logger: Self.quietLogger)
    }

    private static func url(_ configuration: ServerConfiguration, _ port: Int?) -> String {
        let host = configuration.host
        let name = host.contains(":") ? "[\(host)]" : host
        return "http://\(name):\(port ?? configuration.port)"
    }
}
#endif
