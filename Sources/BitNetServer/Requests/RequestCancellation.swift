#if Server
import BitNetGeneration
import Synchronization

/// Ends what one request set going, and remembers why.
final class RequestCancellation: Sendable {
    /// What the generations of the request listen to.
    let interruption = Interruption()
    private let cause = Mutex<RequestError?>(nil)

    /// Why the request was ended, if it was.
    var error: RequestError? { cause.withLock { $0 } }

    /// Ends the request; the first cause counts.
    func cancel(_ error: RequestError) {
        cause.withLock { if $0 == nil { $0 = error } }
        interruption.cancel()
    }
}
#endif
