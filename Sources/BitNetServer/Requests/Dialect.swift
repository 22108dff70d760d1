#if Server
import Hummingbird

/// A protocol that clients speak: its routes, and the form of its errors.
///
/// A dialect only translates. What it reads becomes a `ServedRequest`; what happens comes back as
/// `ServedEvent`s, whatever the dialect. A new one is a type of this kind and a line in
/// `Dialects.all`.
protocol Dialect: Sendable {
    /// The routes of the dialect.
    var routes: [Route] { get }

    /// The body of an answer that is an error.
    func body(of error: RequestError) -> JSONOutput
}

/// A way to call the server.
struct Route: Sendable {
    /// Answers a call.
    typealias Handler = @Sendable (ServedCall) async throws -> Response

    let method: HTTPRequest.Method
    /// The path.
    ///
    /// One that ends in `{name}` takes any rest, slashes too, which the call gets as `parameter`.
    let path: String
    /// What the route does, in a sentence for `/openapi.json`.
    let summary: String
    /// What `/openapi.json` says about the body of a request; none for routes without one.
    let fields: [RequestField]
    /// Whether the route answers while the model loads, while the server drains, and without counting
    /// as work to be finished.
    let isOperational: Bool
    let handle: Handler

    init(
        _ method: HTTPRequest.Method, _ path: String, _ summary: String,
        fields: [RequestField] = [], isOperational: Bool = false, handle: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.summary = summary
        self.fields = fields
        self.isOperational = isOperational
        self.handle = handle
    }

    static func get(
        _ path: String, _ summary: String, isOperational: Bool = false,
        _ handle: @escaping Handler
    ) -> Route {
        Route(.get, path, summary, isOperational: isOperational, handle: handle)
    }

    static func post(
        _ path: String, _ summary: String, fields: [RequestField] = [],
        _ handle: @escaping Handler
    ) -> Route {
        Route(.post, path, summary, fields: fields, handle: handle)
    }

    /// What `path` has in the place of `{name}`; empty for a route without; nil where it differs.
    func match(_ path: String) -> String? {
        guard let brace = self.path.firstIndex(of: "{") else {
            return path == self.path ? "" : nil
        }
        let prefix = self.path[..<brace]
        guard path.hasPrefix(prefix), path.utf8.count > prefix.utf8.count else { return nil }
        return String(path.dropFirst(prefix.count))
    }
}

/// Every dialect that the server speaks.
enum Dialects {
    static let all: [any Dialect] = [
        OpenAIDialect(), ResponsesDialect(), AnthropicDialect(), OllamaDialect(), TokenDialect(),
        OperationDialect(), PageDialect(),
    ]
}
#endif
