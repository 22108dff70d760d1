import Synchronization

/// One line on standard error that is rewritten as work goes on, for work of over half a second.
///
/// Silent when standard error is no terminal.
final class ProgressLine: Sendable {
    private struct State {
        var lastDrawn: ContinuousClock.Instant
        var isDrawn = false
        var isFinished = false
    }

    private let label: String
    private let start = ContinuousClock.now
    private let state: Mutex<State>

    /// Nothing is drawn before the first `update`.
    init(_ label: String) {
        self.label = label
        state = Mutex(State(lastDrawn: start))
    }

    deinit { finish() }

    /// Shows `fraction`, from 0 to 1, and a remark such as the result so far; from any thread.
    func update(_ fraction: Double, _ remark: String = "") {
        let now = ContinuousClock.now
        guard StandardStreams.showsProgress, now - start > .milliseconds(500) else { return }
        state.withLock { state in
            guard !state.isFinished, now - state.lastDrawn > .milliseconds(100) else { return }
            state.lastDrawn = now
            state.isDrawn = true
            let percent = Int(100 * min(max(fraction, 0), 1))
            StandardStreams.writeError("\r\u{1B}[K\(label) \(percent) % \(remark)")
        }
    }

    /// Removes the line until the next update.
    func clear() {
        state.withLock { state in
            if state.isDrawn { StandardStreams.writeError("\r\u{1B}[K") }
            state.isDrawn = false
        }
    }

    /// Removes the line for good.
    func finish() {
        clear()
        state.withLock { $0.isFinished = true }
    }
}
