#if Server
import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Guards one connection: notices when the client goes away, and ends it when the client is too slow.
///
/// Three deadlines bound what a client can hold: between requests, from the head of a request to its
/// end, and while the client takes less than it is sent. It also answers `Expect: 100-continue`, and
/// closes the connection behind a response that says so.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// The connection that the requests on it see.
    let connection = Connection()
    private let limits: ServerConfiguration.Limits
    private var idle: Scheduled<Void>?
    private var receiving: Scheduled<Void>?
    private var sending: Scheduled<Void>?
    /// Requests whose head has come and whose response has not ended.
    private var openRequests = 0
    private var closesAfterResponse = false

    /// Seconds that a client gets to read the last response on a connection.
    private static let lingerSeconds = 2.0

    init(_ limits: ServerConfiguration.Limits) { self.limits = limits }

    /// The connection of a channel; nil where no guard was set up.
    static func connection(of channel: any Channel) async throws -> Connection? {
        try await channel.eventLoop.submit {
            try? channel.pipeline.syncOperations.handler(type: ConnectionGuard.self).connection
        }.get()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        try? OldClientHandler.add(to: context.pipeline)
        if context.channel.isActive { waitForRequest(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        waitForRequest(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    private func end() {
        for timer in [idle, receiving, sending] { timer?.cancel() }
        connection.close()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // A client that sends no more has gone: HTTP has no use for half a connection.
        if let event = event as? ChannelEvent, event == .inputClosed {
            connection.close()
            if openRequests == 0 { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            openRequests += 1
            idle?.cancel()
            receiving?.cancel()
            receiving = schedule(context, limits.clientSeconds) { context in
                context.fireErrorCaught(
                    RequestError(
                        .slowRequest, "the request did not end in time; send it without pauses"))
            }
            if expectsContinue(head) { sendContinue(context) }
        case .body: break
        case .end: receiving?.cancel()
        }
        context.fireChannelRead(data)
    }

    func write(
        context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
    ) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            if head.headerFields[.connection] == "close" { closesAfterResponse = true }
            context.write(data, promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            context.write(data, promise: promise)
            endResponse(context)
        }
    }

    private func endResponse(_ context: ChannelHandlerContext) {
        openRequests -= 1
        guard openRequests <= 0 else { return }
        guard closesAfterResponse else { return waitForRequest(context) }
        // Closing at once could destroy the response on its way to a client that still sends.
        idle?.cancel()
        idle = schedule(context, Self.lingerSeconds) { $0.close(promise: nil) }
        context.flush()
        context.close(mode: .output, promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        sending?.cancel()
        if !context.channel.isWritable {
            sending = schedule(context, limits.clientSeconds) { $0.close(promise: nil) }
        }
        context.fireChannelWritabilityChanged()
    }

    private func waitForRequest(_ context: ChannelHandlerContext) {
        idle?.cancel()
        idle = schedule(context, limits.idleSeconds) { $0.close(promise: nil) }
    }

    private func schedule(
        _ context: ChannelHandlerContext, _ seconds: Double,
        _ body: @escaping (ChannelHandlerContext) -> Void
    ) -> Scheduled<Void> {
        context.eventLoop.assumeIsolated().scheduleTask(
            in: .nanoseconds(Int64(seconds * 1e9))
        ) { body(context) }
    }

    /// Whether the client waits for leave to send a body that is not too large.
    private func expectsContinue(_ head: HTTPRequest) -> Bool {
        guard head.headerFields[.expect]?.lowercased() == "100-continue" else { return false }
        let length = head.headerFields[.contentLength].flatMap { Int($0) } ?? 0
        return length <= limits.bodyBytes
    }

    private func sendContinue(_ context: ChannelHandlerContext) {
        let head = HTTPResponse(status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    }
}
#endif
