#if Server
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Marks requests of HTTP/1.0, whose clients take the end of the connection for the end of the answer
/// unless they ask to keep it (RFC 1945, 7.2.2), as `Connection: close`.
///
/// The types of later handlers don't know versions.
final class OldClientHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    /// Adds the handler where requests still have versions.
    static func add(to pipeline: ChannelPipeline) throws {
        let operations = pipeline.syncOperations
        let codec = try operations.handler(type: HTTP1ToHTTPServerCodec.self)
        try operations.addHandler(OldClientHandler(), position: .before(codec))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data), head.version == .http1_0,
            !head.headers[canonicalForm: "connection"].contains(where: {
                $0.lowercased() == "keep-alive"
            })
        else { return context.fireChannelRead(data) }
        head.headers.replaceOrAdd(name: "Connection", value: "close")
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }
}
#endif
