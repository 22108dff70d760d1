#if Server
import BitNetGeneration
import Synchronization

/// Compiled constraints, kept for the next request that has the same: agents send the same tools with
/// every turn, and the masks that one generation needed serve the next.
final class ConstraintCache: Sendable {
    /// What a constraint is compiled from.
    struct Key: Hashable, Sendable {
        var source: OutputConstraint.Source?
        /// Names and schemas of tools.
        var tools: [String] = []
        var choice = ""
        var isParallel = false
    }

    /// How many are kept.
    static let capacity = 16

    /// The latest last.
    private let entries = Mutex<[(key: Key, constraint: OutputConstraint)]>([])

    /// The constraint of `key`, compiled unless it is there.
    func constraint(
        _ key: Key, make: () throws -> OutputConstraint
    ) throws -> OutputConstraint {
        if let found = entries.withLock({ $0.first { $0.key == key }?.constraint }) {
            return found
        }
        let made = try make()
        entries.withLock { entries in
            entries.removeAll { $0.key == key }
            entries.append((key, made))
            if entries.count > Self.capacity { entries.removeFirst() }
        }
        return made
    }
}
#endif
