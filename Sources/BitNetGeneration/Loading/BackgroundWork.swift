internal import Dispatch
internal import Synchronization

/// Long blocking work, kept off the cooperative pool.
enum BackgroundWork {
    /// Runs `body` on a thread that may block.
    static func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await DispatchQueue.global(qos: .userInitiated).run(body)
    }
}

extension DispatchQueue {
    /// Runs `body` on the queue and awaits what it gives.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let handover = Handover()
        defer { handover.take() }
        return try await withCheckedThrowingContinuation { continuation in
            self.async {
                let result = Result { try body() }
                handover.give()
                continuation.resume(with: result)
            }
        }
    }
}

/// Orders what a queue did before what the awaiting task does.
///
/// The continuation does that by itself; the thread sanitizer does not see it on Linux, where the
/// concurrency runtime is not built for it, but sees this.
private final class Handover: Sendable {
    private let isGiven = Atomic(false)

    func give() { isGiven.store(true, ordering: .releasing) }

    func take() { _ = isGiven.load(ordering: .acquiring) }
}
