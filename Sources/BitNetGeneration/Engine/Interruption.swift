internal import Synchronization

/// Ends a generation from outside, within one step, and lets it report its result.
///
/// Cancelling the task that iterates a stream ends the generation too, but drops what was to come;
/// an interrupted one still delivers what it held back and `GenerationEvent.finished`.
public final class Interruption: Sendable {
    private let flag = Atomic(false)

    /// An interruption that has not happened.
    public init() {}

    /// Whether the generation is to end.
    public var isCancelled: Bool { flag.load(ordering: .relaxed) }

    /// Ends the generation; from any thread, any number of times.
    public func cancel() { flag.store(true, ordering: .relaxed) }
}
