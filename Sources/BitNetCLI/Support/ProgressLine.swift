import Synchronization

/// One line on standard error that shows how far a slow step is; nothing for quick steps, and
/// nothing where no person reads it.
final class ProgressLine: Sendable {
    private let title: String
    private let started = ContinuousClock.now
    private let state = Mutex((shown: -1, finished: false))

    init(_ title: String) { self.title = title }

    /// Shows `fraction`, from 0 to 1, once the step has taken half a second.
    func update(_ fraction: Double) {
        guard Terminal.errorIsTerminal, started.duration(to: .now) > .milliseconds(500) else {
            return
        }
        let percent = Int(min(max(fraction, 0), 1) * 100)
        let isNew = state.withLock { state in
            guard !state.finished, state.shown != percent else { return false }
            state.shown = percent
            return true
        }
        if isNew { Terminal.prompt("\r\(title) … \(percent) %") }
    }

    /// Clears the line.
    func finish() {
        let wasShown = state.withLock { state in
            state.finished = true
            return state.shown >= 0
        }
        if wasShown { Terminal.prompt("\r\u{1B}[K") }
    }
}
