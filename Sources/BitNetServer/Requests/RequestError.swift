#if Server
/// Why a request is not answered as asked, before a dialect gives it its form.
struct RequestError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What a client may want to tell apart; each has one HTTP status.
    enum Kind: Sendable, Equatable {
        /// A field is wrong, or the body is no JSON: 400.
        case invalid
        /// A field asks for something that this server does not offer: 400.
        case unsupported
        /// The prompt does not fit the context: 400.
        case contextLength
        /// The key is missing or wrong: 401.
        case unauthorized
        /// There is no such route: 404.
        case notFound
        /// There is no such model: 404.
        case modelNotFound
        /// The route has other methods: 405.
        case methodNotAllowed
        /// The client stopped sending in the middle of its request: 408.
        case slowRequest
        /// The body is over the limit: 413.
        case tooLarge
        /// As many requests wait as may: 429.
        case busy
        /// The client went away: 499, which nobody reads but the log.
        case clientGone
        /// The server failed: 500.
        case internalFailure
        /// The model is loading or the server is about to end: 503.
        case unavailable
        /// The request took longer than one may: 504.
        case timeout
    }

    /// What kind of failure this is.
    let kind: Kind
    /// What was found, what was expected and what to do.
    let description: String
    /// The path of the field that is to blame, such as `messages[1].content`.
    var field: String?
    /// Seconds after which a client may try again.
    var retryAfter: Int?
    /// The methods of the route, for `methodNotAllowed`.
    var allowed: String?

    init(_ kind: Kind, _ description: String, field: String? = nil, retryAfter: Int? = nil) {
        self.kind = kind
        self.description = description
        self.field = field
        self.retryAfter = retryAfter
    }

    /// A field that has a value which cannot be used.
    static func invalid(_ field: String, found: String, expected: String) -> RequestError {
        RequestError(.invalid, "\(field): found \(found); expected \(expected)", field: field)
    }

    /// A field that asks for something that is not offered.
    static func unsupported(_ field: String, _ what: String) -> RequestError {
        RequestError(.unsupported, "\(field): \(what)", field: field)
    }

    /// The HTTP status.
    var status: Int {
        switch kind {
        case .invalid, .unsupported, .contextLength: 400
        case .unauthorized: 401
        case .notFound, .modelNotFound: 404
        case .methodNotAllowed: 405
        case .slowRequest: 408
        case .tooLarge: 413
        case .busy: 429
        case .clientGone: 499
        case .internalFailure: 500
        case .unavailable: 503
        case .timeout: 504
        }
    }
}
#endif
