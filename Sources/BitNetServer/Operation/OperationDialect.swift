#if Server
import HTTPTypes
import Hummingbird
import NIOCore

/// The routes for those who run the server: they answer while the model is loading and while the
/// server drains.
struct OperationDialect: Dialect {
    var routes: [Route] {
        [
            .get(
                "/health", "Whether the server is loading, ok or draining; needs no key.",
                isOperational: true
            ) { Self.health($0.state.lifecycle.health) },
            .get("/metrics", "Counts and times, in Prometheus' text format.", isOperational: true) {
                call in
                Response(
                    status: .ok, headers: [.contentType: "text/plain; version=0.0.4"],
                    body: ResponseBody(byteBuffer: ByteBuffer(string: call.state.metricsText())))
            },
            .get("/openapi.json", "This description.", isOperational: true) { call in
                .json(OpenAPI.document(call.state.routes))
            },
        ]
    }

    func body(of error: RequestError) -> JSONOutput { OpenAIDialect().body(of: error) }

    private static func health(_ health: Lifecycle.Health) -> Response {
        guard health != .ok else { return .json(["status": "ok"]) }
        var response = Response.json(
            ["status": .string(health.rawValue)], status: .serviceUnavailable)
        response.headers[.retryAfter] = "\(Lifecycle.retryAfter)"
        return response
    }
}
#endif
