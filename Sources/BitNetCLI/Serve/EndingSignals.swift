#if Server
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

/// Gives the first SIGTERM or SIGINT to a server; the second one ends the process.
final class EndingSignals: @unchecked Sendable {
    // @unchecked Sendable: the sources are kept, never called, after they have been started.
    private let sources: [any DispatchSourceSignal]
    private let hasCome = Mutex(false)

    init(_ end: @escaping @Sendable () -> Void) {
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: .global())
        }
        for (source, number) in zip(sources, [SIGTERM, SIGINT]) {
            source.setEventHandler { [self] in
                let isSecond = hasCome.withLock { hasCome in
                    defer { hasCome = true }
                    return hasCome
                }
                if isSecond { _exit(128 + number) }
                end()
            }
            source.resume()
        }
    }

    /// Listens no more.
    func stop() { sources.forEach { $0.cancel() } }
}
#endif
