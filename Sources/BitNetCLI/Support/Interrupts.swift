import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#elseif canImport(Darwin)
import Darwin
#endif

/// Gives Ctrl-C to what is under way.
final class Interrupts: @unchecked Sendable {
    // @unchecked Sendable: the source is kept, never called, after it has been started.
    private let handler = Mutex<(@Sendable () -> Void)?>(nil)
    private let source: any DispatchSourceSignal

    /// Takes over SIGINT until the process ends. Without a handler, Ctrl-C ends the process.
    init() {
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        self.source = source
        source.setEventHandler { [self] in
            if let handler = handler.withLock({ $0.take() }) {
                handler()
            } else {
                Self.endProcess()
            }
        }
        source.resume()
    }

    /// Runs `body` while Ctrl-C calls `handle`, once, instead of ending the process.
    func during<Value: Sendable>(
        _ handle: @escaping @Sendable () -> Void, _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        handler.withLock { $0 = handle }
        defer { handler.withLock { $0 = nil } }
        return try await body()
    }

    /// Ends as a process does that a signal has ended, for the sake of the shell that started it.
    static func endProcess() -> Never {
        if StandardStreams.showsProgress { StandardStreams.note("") }
        exit(128 + SIGINT)
    }
}
