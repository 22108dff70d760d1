import Synchronization

/// Whether the user wants a run to end at its next step.
final class StopRequest: Sendable {
    private let state = Atomic(false)

    /// Whether Ctrl-C was pressed.
    var isRequested: Bool { state.load(ordering: .relaxed) }

    /// Asks the run to end.
    func request() { state.store(true, ordering: .relaxed) }
}
