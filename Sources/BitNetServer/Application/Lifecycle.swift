#if Server
import Synchronization

/// Whether the server is loading, ready or about to end, and what it still has to finish.
final class Lifecycle: Sendable {
    /// What a load balancer is told.
    enum Health: String, Sendable {
        case loading, ok, draining
    }

    private enum Phase { case serving, leaving, draining }

    private struct State {
        var phase = Phase.serving
        var model: ServedModel?
        var running: [ObjectIdentifier: RequestCancellation] = [:]
    }

    private let state = Mutex(State())

    /// Seconds after which a refused client may try again.
    static let retryAfter = 5

    var health: Health {
        state.withLock { state in
            guard case .serving = state.phase else { return .draining }
            return state.model == nil ? .loading : .ok
        }
    }

    /// Whether connections are to end with their current request.
    var isLeaving: Bool { health == .draining }

    /// The model; throws while it is loading.
    func model() throws(RequestError) -> ServedModel {
        guard let model = state.withLock({ $0.model }) else {
            throw RequestError(
                .unavailable, "the model is loading; try again later",
                retryAfter: Self.retryAfter)
        }
        return model
    }

    /// The model has been loaded.
    func load(_ model: ServedModel) { state.withLock { $0.model = model } }

    /// A request begins; throws when no new ones are taken.
    func enter(_ cancellation: RequestCancellation) throws(RequestError) {
        let isTaken = state.withLock { state in
            if case .draining = state.phase { return false }
            state.running[ObjectIdentifier(cancellation)] = cancellation
            return true
        }
        guard isTaken else { throw Self.drainingError }
    }

    /// A request has ended.
    func leave(_ cancellation: RequestCancellation) {
        state.withLock { $0.running[ObjectIdentifier(cancellation)] = nil }
    }

    /// How many requests are running.
    var runningCount: Int { state.withLock { $0.running.count } }

    /// From now on load balancers are told to stay away; requests are still served.
    func beginLeaving() { state.withLock { $0.phase = .leaving } }

    /// From now on requests are refused.
    func beginDraining() { state.withLock { $0.phase = .draining } }

    /// Ends all running requests.
    func cancelRunning() {
        let running = state.withLock { Array($0.running.values) }
        for cancellation in running { cancellation.cancel(Self.drainingError) }
    }

    private static var drainingError: RequestError {
        RequestError(
            .unavailable, "the server is about to end; try again later, or another one",
            retryAfter: retryAfter)
    }
}
#endif
