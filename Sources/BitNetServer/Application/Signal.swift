#if Server
import Synchronization

/// Something that happens once, and that tasks wait for.
final class Signal: Sendable {
    private struct State {
        var isSent = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// It happened; further calls change nothing.
    func send() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isSent = true
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when it has happened.
    func wait() async {
        await withCheckedContinuation { continuation in
            let isSent = state.withLock { state in
                if !state.isSent { state.waiting.append(continuation) }
                return state.isSent
            }
            if isSent { continuation.resume() }
        }
    }
}
#endif
