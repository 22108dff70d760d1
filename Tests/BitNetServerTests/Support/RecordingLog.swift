#if Server
import Logging
import Synchronization

/// A log that a test can read.
final class RecordingLog: Sendable {
    private let entries = Mutex<[[String: String]]>([])

    /// What has been logged about requests.
    var requests: [[String: String]] { entries.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    private struct Handler: LogHandler {
        let log: RecordingLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        init(log: RecordingLog) { self.log = log }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let entry = (event.metadata ?? [:]).mapValues { "\($0)" }
            log.entries.withLock { $0.append(entry) }
        }
    }
}
#endif
