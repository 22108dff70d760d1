#if Server
import HTTPTypes
import Hummingbird

/// Which web pages of other origins may call the server (CORS, the Fetch Standard).
struct OriginPolicy: Sendable {
    /// The origins, such as `https://chat.example`, or `*` for all; none by default.
    let origins: [String]

    private func isAllowed(_ origin: String) -> Bool {
        origins.contains("*") || origins.contains(origin)
    }

    /// The answer to a browser that asks beforehand; nil for any other request.
    func preflight(_ request: Request) -> Response? {
        guard request.method == .options, let origin = request.headers[.origin],
            request.headers[.accessControlRequestMethod] != nil, isAllowed(origin)
        else { return nil }
        let asked = request.headers[.accessControlRequestHeaders]
        return Response(
            status: .noContent,
            headers: [
                .accessControlAllowMethods: "GET, POST, HEAD, OPTIONS",
                .accessControlAllowHeaders: asked ?? "Authorization, Content-Type, X-Api-Key",
                .accessControlMaxAge: "86400",
            ])
    }

    /// Says in `response` that the page that asked may read it.
    func mark(_ response: inout Response, for request: Request) {
        guard !origins.isEmpty else { return }
        response.headers[.vary] = "Origin"
        guard let origin = request.headers[.origin], isAllowed(origin) else { return }
        response.headers[.accessControlAllowOrigin] = origins.contains("*") ? "*" : origin
        response.headers[.accessControlExposeHeaders] = "X-Request-Id, Retry-After"
    }
}
#endif
