#if Server
import Hummingbird

/// The routes of the chat page; they answer while the model is loading, so that the page can say so.
struct PageDialect: Dialect {
    private let page = ChatPage()

    var routes: [Route] {
        [
            .get("/", "The chat page.", isOperational: true) { [page] call in
                try page.response(to: call.request, name: "index.html")
            },
            .get("/page/{name}", "A file of the chat page.", isOperational: true) { [page] call in
                try page.response(to: call.request, name: call.parameter)
            },
        ]
    }

    func body(of error: RequestError) -> JSONOutput { OpenAIDialect().body(of: error) }
}

extension ChatPage {
    /// The file with that name among those in the program; nothing else is ever looked for.
    func response(to request: Request, name: String) throws -> Response {
        guard let asset = assets[name] else {
            throw RequestError(.notFound, "the page has no file \(name.prefix(80))")
        }
        return asset.response(to: request)
    }
}
#endif
