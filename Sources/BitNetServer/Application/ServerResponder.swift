#if Server
import HTTPTypes
import Hummingbird
import Logging

/// Takes every request from its arrival to its response.
struct ServerResponder: HTTPResponder {
    let state: ServerState

    func respond(to request: Request, context: ServerContext) async throws -> Response {
        let record = RequestRecord(request, state)
        let cancellation = RequestCancellation()
        let path = request.uri.path
        var response: Response
        do {
            let (entry, parameter) = try state.routes.find(request.method, path)
            record.note(route: entry.route.path)
            if !entry.route.isOperational { try record.enter(cancellation) }
            try await record.watch(context.channel, cancellation)
            let call = ServedCall(
                request: request, parameter: parameter, state: state, record: record,
                cancellation: cancellation)
            response = try await entry.route.handle(call)
        } catch {
            let failure = RequestError(error)
            if failure.kind == .internalFailure {
                state.logger.error("\(error)", metadata: ["request": "\(record.id)"])
            }
            record.note(failure: failure)
            response = self.response(to: failure, path)
        }
        response.headers[.requestID] = record.id
        if state.lifecycle.isLeaving { response.headers[.connection] = "close" }
        if request.method == .head { response = response.createHeadResponse() }
        return record.finish(response)
    }

    private func response(to error: RequestError, _ path: String) -> Response {
        let body = state.routes.dialect(for: path).body(of: error)
        var response = Response.json(body, status: .init(code: error.status))
        if let seconds = error.retryAfter { response.headers[.retryAfter] = "\(seconds)" }
        if let allowed = error.allowed { response.headers[.allow] = allowed }
        // What is left of a body that was not read would come before the next request.
        if error.kind == .tooLarge || error.kind == .slowRequest {
            response.headers[.connection] = "close"
        }
        return response
    }
}

extension HTTPField.Name {
    /// `X-Request-Id`.
    static let requestID = Self("X-Request-Id")!
}
#endif
