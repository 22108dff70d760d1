/// One line on standard error that is rewritten as work goes on, for work of over half a second.
///
/// Silent when standard error is no terminal. Not for several threads.
final class ProgressLine {
    private let label: String
    private let start = ContinuousClock.now
    private var lastDrawn: ContinuousClock.Instant
    private var isDrawn = false

    /// Nothing is drawn before the first `update`.
    init(_ label: String) {
        self.label = label
        lastDrawn = start
    }

    deinit { finish() }

    /// Shows `fraction`, from 0 to 1, and a remark such as the result so far.
    func update(_ fraction: Double, _ remark: String = "") {
        let now = ContinuousClock.now
        guard StandardStreams.showsProgress, now - start > .milliseconds(500),
            now - lastDrawn > .milliseconds(100)
        else { return }
        lastDrawn = now
        isDrawn = true
        let percent = Int(100 * min(max(fraction, 0), 1))
        StandardStreams.writeError("\r\u{1B}[K\(label) \(percent) % \(remark)")
    }

    /// Removes the line.
    func finish() {
        if isDrawn { StandardStreams.writeError("\r\u{1B}[K") }
        isDrawn = false
    }
}
