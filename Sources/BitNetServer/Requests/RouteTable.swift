#if Server
import Hummingbird

/// Finds the route of a request, or what to say where there is none.
struct RouteTable: Sendable {
    /// A route and the dialect that it speaks.
    struct Entry: Sendable {
        let route: Route
        let dialect: any Dialect
    }

    let entries: [Entry]

    init(_ dialects: [any Dialect]) {
        entries = dialects.flatMap { dialect in
            dialect.routes.map { Entry(route: $0, dialect: dialect) }
        }
    }

    /// The route of a request and what its path has in the place of the parameter.
    ///
    /// A trailing slash does not count, and HEAD is answered where GET is.
    func find(
        _ method: HTTPRequest.Method, _ path: String
    ) throws(RequestError) -> (entry: Entry, parameter: String) {
        let path = Self.normalized(path)
        let matches = entries.compactMap { entry in
            entry.route.match(path).map { (entry: entry, parameter: $0) }
        }
        guard !matches.isEmpty else {
            throw RequestError(
                .notFound, "there is no route \(path); /openapi.json lists those there are")
        }
        let wanted = method == .head ? .get : method
        guard let match = matches.first(where: { $0.entry.route.method == wanted }) else {
            let allowed = matches.map(\.entry.route.method.rawValue).joined(separator: ", ")
            var error = RequestError(
                .methodNotAllowed, "\(path) answers \(allowed), not \(method.rawValue)")
            error.allowed = allowed
            throw error
        }
        return match
    }

    /// The dialect in which an error about `path` is written: the one with the longest beginning in
    /// common, so that clients of a dialect understand a mistyped path; else the first.
    func dialect(for path: String) -> any Dialect {
        let path = Self.normalized(path)
        if let entry = entries.first(where: { $0.route.match(path) != nil }) {
            return entry.dialect
        }
        let common = entries.map { zip($0.route.path, path).prefix { $0 == $1 }.count }
        let best = common.indices.max { common[$0] < common[$1] }
        return best.map { entries[common.firstIndex(of: common[$0]) ?? $0].dialect }
            ?? OpenAIDialect()
    }

    private static func normalized(_ path: String) -> String {
        path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }
}
#endif
