#if Server
import BitNetServer
import Synchronization

/// Tells whoever started the server how far it is.
final class ServeNotes: Sendable {
    private struct Ready: Encodable {
        let url: String
        let model: String
    }

    private let json: Bool
    private let model: String
    private let url = Mutex("")

    init(json: Bool, model: String) {
        self.json = json
        self.model = model
    }

    func write(_ report: BitNetServer.Report) {
        switch report {
        case .listening(let url):
            self.url.withLock { $0 = url }
            StandardStreams.note("Listening on \(url)")
        case .ready:
            StandardStreams.note("Serving \(model)")
            guard json else { return }
            let ready = Ready(url: url.withLock { $0 }, model: model)
            // A reader that has gone away does not end the server.
            if let line = try? JSONLines.line(ready) { try? StandardStreams.writeOutput(line) }
        case .draining: StandardStreams.note("Ending when the running requests have ended")
        }
    }
}
#endif
