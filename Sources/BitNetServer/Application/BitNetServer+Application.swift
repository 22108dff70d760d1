#if Server
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import NIOCore
import NIOSSL

extension BitNetServer {
    /// The application of Hummingbird; `onListening` gets the URL once connections are accepted.
    func application(
        onListening: @escaping @Sendable (String) -> Void
    ) throws -> Application<ServerResponder> {
        let configuration = state.configuration
        let limits = configuration.limits
        let plain = HTTPServerBuilder.http1(
            configuration: .init(additionalChannelHandlers: [ConnectionGuard(limits)]))
        return Application(
            responder: ServerResponder(state: state),
            server: try configuration.tls.map { try .tls(plain, tlsConfiguration: $0.load()) }
                ?? plain,
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
        let scheme = configuration.tls == nil ? "http" : "https"
        return "\(scheme)://\(name):\(port ?? configuration.port)"
    }
}

extension ServerConfiguration.TLS {
    /// Reads the files.
    func load() throws(ServerError) -> TLSConfiguration {
        let certificates: [NIOSSLCertificate]
        do {
            certificates = try NIOSSLCertificate.fromPEMFile(certificatePath)
        } catch {
            throw ServerError(
                "\(certificatePath): can't be read as a certificate in PEM format: \(error)")
        }
        do {
            return .makeServerConfiguration(
                certificateChain: certificates.map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: keyPath, format: .pem)))
        } catch {
            throw ServerError(
                "\(keyPath): can't be read as a private key in PEM format: \(error)")
        }
    }
}
#endif
