#if Server
import Hummingbird

/// The routes for those who run the server: they answer while the model is loading and while the
/// server drains.
struct OperationDialect: Dialect {
    var routes: [Route] {
        [
            .get("/health", isOperational: true) { call in
                let health = call.state.lifecycle.health
                guard health != .ok else { return .json(["status": "ok"]) }
                var response = Response.json(
                    ["status": .string(health.rawValue)], status: .serviceUnavailable)
                response.headers[.retryAfter] = "\(Lifecycle.retryAfter)"
                return response
            }
        ]
    }

    func body(of error: RequestError) -> JSONOutput { OpenAIDialect().body(of: error) }
}
#endif
