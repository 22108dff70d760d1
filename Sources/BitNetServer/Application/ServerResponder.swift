#if Server
import HTTPTypes
import Hummingbird
import Logging

/// Takes every request from its arrival to its response.
struct ServerResponder: HTTPResponder {
    let state: ServerState

    func respond(to request: Request, context: ServerContext) async throws -> Response {
        let record = RequestRecord(request, state)
        var response: Response
        do {
            response = try await answer(request, context, record)
        } catch {
            response = self.response(to: error, request, record)
        }
        response.headers[.requestID] = record.id
        state.origins.mark(&response, for: request)
        if state.lifecycle.isLeaving { response.headers[.connection] = "close" }
        if request.method == .head { response = response.createHeadResponse() }
        return record.finish(response)
    }

    private func answer(
        _ request: Request, _ context: ServerContext, _ record: RequestRecord
    ) async throws -> Response {
        if let response = state.origins.preflight(request) { return response }
        // What a load balancer asks needs no key; everything else does, existing or not.
        if request.uri.path != "/health" { try state.keys.check(request.headers) }
        let (entry, parameter) = try state.routes.find(request.method, request.uri.path)
        record.note(route: entry.route.path)
        let cancellation = RequestCancellation()
        if !entry.route.isOperational { try record.enter(cancellation) }
        try await record.watch(context.channel, cancellation)
        return try await entry.route.handle(
            ServedCall(
                request: request, parameter: parameter, state: state, record: record,
                cancellation: cancellation))
    }

    private func response(
        to error: any Error, _ request: Request, _ record: RequestRecord
    ) -> Response {
        let failure = RequestError(error)
        if failure.kind == .internalFailure {
            state.logger.error("\(error)", metadata: ["id": "\(record.id)"])
        }
        record.note(failure: failure)
        let path = request.uri.path
        let body = state.routes.dialect(for: path).body(of: failure)
        var response = Response.json(body, status: .init(code: failure.status))
        if let seconds = failure.retryAfter { response.headers[.retryAfter] = "\(seconds)" }
        if let allowed = failure.allowed { response.headers[.allow] = allowed }
        if failure.kind == .unauthorized {
            response.headers[values: .wwwAuthenticate] = challenges(path)
        }
        if endsConnection(failure, request) { response.headers[.connection] = "close" }
        return response
    }

    /// A browser asks for the key of the page, as a password; programs send it unasked.
    ///
    /// Each challenge is a field of its own: Chromium understands no list of them.
    private func challenges(_ path: String) -> [String] {
        let isPage = path == "/" || path.hasPrefix("/page/")
        return isPage ? ["Basic realm=\"bitnet\", charset=\"UTF-8\"", "Bearer"] : ["Bearer"]
    }

    /// Whether an error comes before the body was read, which would be in the way of what follows.
    private func endsConnection(_ error: RequestError, _ request: Request) -> Bool {
        let hasBody =
            request.headers[.transferEncoding] != nil
            || !["0", nil].contains(request.headers[.contentLength])
        switch error.kind {
        case .tooLarge, .slowRequest, .unavailable: return true
        case .unauthorized, .notFound, .methodNotAllowed: return hasBody
        default: return false
        }
    }
}

extension HTTPField.Name {
    /// `X-Request-Id`.
    static let requestID = Self("X-Request-Id")!
}
#endif
