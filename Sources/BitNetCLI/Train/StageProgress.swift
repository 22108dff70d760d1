import Synchronization

/// A progress line for each of several stages, one after the other.
final class StageProgress: Sendable {
    private struct Stage {
        let name: String
        let line: ProgressLine
    }

    private let stage = Mutex<Stage?>(nil)

    /// Shows how far `name` has got, from 0 to 1.
    func update(_ name: String, _ fraction: Double) {
        let line = stage.withLock { stage in
            if let stage, stage.name == name { return stage.line }
            stage?.line.finish()
            let next = Stage(name: name, line: ProgressLine(name))
            stage = next
            return next.line
        }
        line.update(fraction)
    }

    /// Removes the line.
    func finish() { stage.withLock { $0?.line.finish() } }
}
