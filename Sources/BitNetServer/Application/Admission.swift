#if Server
import Synchronization

/// Bounds how many texts are generated or wait for their turn.
final class Admission: Sendable {
    /// The right to generate; it ends with the object.
    final class Ticket: Sendable {
        private let admission: Admission
        private let count: Int

        fileprivate init(_ admission: Admission, _ count: Int) {
            self.admission = admission
            self.count = count
        }

        deinit { admission.used.withLock { $0 -= count } }
    }

    private let capacity: Int
    private let used = Mutex(0)

    init(capacity: Int) { self.capacity = capacity }

    /// How many texts are generated or wait.
    var count: Int { used.withLock { $0 } }

    /// Room for `count` texts; an idle server has room for any number.
    func admit(_ count: Int) throws(RequestError) -> Ticket {
        let isAdmitted = used.withLock { used in
            guard used == 0 || used + count <= capacity else { return false }
            used += count
            return true
        }
        guard isAdmitted else {
            throw RequestError(
                .busy, "as many requests wait as may (--queue); try again later", retryAfter: 1)
        }
        return Ticket(self, count)
    }
}
#endif
