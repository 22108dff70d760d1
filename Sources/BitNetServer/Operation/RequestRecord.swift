#if Server
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// What the log and the metrics are told about one request.
///
/// The request ends with `finish` and the writing of its response or, where the connection broke
/// before that, with the object.
final class RequestRecord: Sendable {
    private struct Facts {
        var route = "unknown"
        var status = 499
        var usage: ServedUsage?
        var failure: RequestError?
        var body: String?
        var firstToken: ContinuousClock.Instant?
        /// When each text of the answer last grew.
        var growth: [Int: ContinuousClock.Instant] = [:]
        var ticket: Admission.Ticket?
        var cancellation: RequestCancellation?
        var stopWatching: (@Sendable () -> Void)?
        var timeout: Task<Void, Never>?
        var isOver = false
    }

    /// What `X-Request-Id` says: what the client sent there, or a new one.
    let id: String
    private let method: String
    private let state: ServerState
    private let started = ContinuousClock.now
    private let facts = Mutex(Facts())

    init(_ request: Request, _ state: ServerState) {
        let given = request.headers[.requestID] ?? ""
        let isUsable = given.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        id = !given.isEmpty && given.utf8.count <= 128 && isUsable ? given : .randomID(24)
        method = request.method.rawValue
        self.state = state
    }

    deinit { end() }

    /// Counts the request among the running ones.
    func enter(_ cancellation: RequestCancellation) throws(RequestError) {
        try state.lifecycle.enter(cancellation)
        facts.withLock { $0.cancellation = cancellation }
        guard let seconds = state.configuration.limits.requestSeconds else { return }
        let timeout = Task {
            try? await Task.sleep(for: .seconds(seconds))
            guard !Task.isCancelled else { return }
            cancellation.cancel(
                RequestError(.timeout, "the request took longer than \(seconds) s (--timeout)"))
        }
        facts.withLock { $0.timeout = timeout }
    }

    /// Cancels the request when its connection ends.
    func watch(_ channel: any Channel, _ cancellation: RequestCancellation) async throws {
        guard let connection = try await ConnectionGuard.connection(of: channel) else { return }
        let stop = connection.onClose {
            cancellation.cancel(
                RequestError(.clientGone, "the client closed the connection"))
        }
        facts.withLock { $0.stopWatching = stop }
    }

    func admitted(_ ticket: Admission.Ticket) { facts.withLock { $0.ticket = ticket } }

    func note(route: String) { facts.withLock { $0.route = route } }

    func note(body: String) { facts.withLock { $0.body = body } }

    func note(failure: RequestError) { facts.withLock { $0.failure = failure } }

    func note(_ usage: ServedUsage) { facts.withLock { $0.usage = usage } }

    func note(_ event: ServedEvent) {
        switch event.kind {
        case .prompt, .finished: return
        case .text, .callBegin, .callArguments, .callEnd: break
        }
        let now = ContinuousClock.now
        let (isFirst, last) = facts.withLock { facts in
            defer { if facts.firstToken == nil { facts.firstToken = now } }
            return (facts.firstToken == nil, facts.growth.updateValue(now, forKey: event.choice))
        }
        if isFirst { state.metrics.addFirstToken((now - started) / .seconds(1)) }
        if let last { state.metrics.addNextToken((now - last) / .seconds(1)) }
    }

    /// The response, whose writing ends the request.
    func finish(_ response: Response) -> Response {
        facts.withLock { $0.status = response.status.code }
        let body = response.body
        var response = response
        response.body = ResponseBody(contentLength: body.contentLength) { [self] writer in
            defer { end() }
            try await body.write(writer)
        }
        return response
    }

    private func end() {
        let facts = facts.withLock { facts in
            defer {
                facts.isOver = true
                facts.ticket = nil
            }
            return facts
        }
        guard !facts.isOver else { return }
        facts.timeout?.cancel()
        facts.stopWatching?()
        if let cancellation = facts.cancellation { state.lifecycle.leave(cancellation) }
        state.metrics.add(
            .init(
                route: facts.route, status: status(facts),
                seconds: (ContinuousClock.now - started) / .seconds(1)))
        state.logger.info("request", metadata: metadata(facts))
    }

    /// The status that was sent; that of what broke off an answer whose head had been sent.
    private func status(_ facts: Facts) -> Int {
        facts.failure?.status ?? facts.status
    }

    private func metadata(_ facts: Facts) -> Logger.Metadata {
        let now = ContinuousClock.now
        var metadata: Logger.Metadata = [
            "id": "\(id)", "method": "\(method)", "route": "\(facts.route)",
            "status": "\(status(facts))", "ms": "\(milliseconds(now))",
        ]
        if let first = facts.firstToken { metadata["first_token_ms"] = "\(milliseconds(first))" }
        if let usage = facts.usage {
            metadata["prompt_tokens"] = "\(usage.promptTokens)"
            metadata["reused_tokens"] = "\(usage.reusedTokens)"
            metadata["completion_tokens"] = "\(usage.completionTokens)"
        }
        if let failure = facts.failure { metadata["error"] = "\(failure)" }
        if let body = facts.body { metadata["body"] = "\(body)" }
        return metadata
    }

    private func milliseconds(_ instant: ContinuousClock.Instant) -> Int {
        Int((instant - started) / .milliseconds(1))
    }
}

extension String {
    /// So many random letters and digits.
    static func randomID(_ count: Int) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        return String((0..<count).map { _ in letters[Int.random(in: 0..<letters.count)] })
    }
}
#endif
