#if Server
import Synchronization

/// What is counted about requests, for `/metrics`.
final class ServerMetrics: Sendable {
    /// A finished request.
    struct Observation: Sendable {
        let route: String
        let status: Int
        let seconds: Double
    }

    private struct Outcome: Hashable, Comparable {
        let route: String
        let status: Int

        static func < (one: Outcome, other: Outcome) -> Bool {
            (one.route, one.status) < (other.route, other.status)
        }
    }

    private struct State {
        var requests: [Outcome: Int] = [:]
        var duration = Histogram(Histogram.requestBounds)
        var firstToken = Histogram(Histogram.requestBounds)
        var nextToken = Histogram(Histogram.tokenBounds)
    }

    private let state = Mutex(State())

    /// A request has ended.
    func add(_ request: Observation) {
        state.withLock { state in
            state.requests[Outcome(route: request.route, status: request.status), default: 0] += 1
            state.duration.observe(request.seconds)
        }
    }

    /// The first text of an answer came after so many seconds.
    func addFirstToken(_ seconds: Double) {
        state.withLock { $0.firstToken.observe(seconds) }
    }

    /// Further text came so many seconds after the last.
    func addNextToken(_ seconds: Double) {
        state.withLock { $0.nextToken.observe(seconds) }
    }

    /// Writes what has been counted.
    func write(to text: inout MetricsText) {
        let state = state.withLock { $0 }
        let name = "bitnet_requests_total"
        text.describe(name, .counter, "Requests by route and status (499: the client went away).")
        for (outcome, count) in state.requests.sorted(by: { $0.key < $1.key }) {
            text.sample(
                name, [("route", outcome.route), ("status", "\(outcome.status)")], count)
        }
        text.add(
            "bitnet_request_duration_seconds", "From a request's arrival to its end.",
            state.duration)
        text.add(
            "bitnet_time_to_first_token_seconds",
            "From a request's arrival to the first text of its answer.", state.firstToken)
        text.add(
            "bitnet_inter_token_seconds", "Between two pieces of text of one answer.",
            state.nextToken)
    }
}
#endif
