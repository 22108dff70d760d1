#if Server
import Synchronization

/// A client's connection, as the requests on it see it.
final class Connection: Sendable {
    private struct State {
        var isClosed = false
        var listeners: [Int: @Sendable () -> Void] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    /// Calls `body` when the client goes away, at once if it has; returns what ends that.
    func onClose(_ body: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        let place: Int? = state.withLock { state in
            guard !state.isClosed else { return nil }
            state.next += 1
            state.listeners[state.next] = body
            return state.next
        }
        guard let place else {
            body()
            return {}
        }
        return { [self] in state.withLock { $0.listeners[place] = nil } }
    }

    /// The client went away.
    func close() {
        let listeners = state.withLock { state in
            defer { state.listeners = [:] }
            state.isClosed = true
            return Array(state.listeners.values)
        }
        for listener in listeners { listener() }
    }
}
#endif
