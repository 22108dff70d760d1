internal import BitNetTensors
internal import Synchronization

extension ThreadPool {
    /// Runs `body` once for each of `count` items of uneven work; a free worker takes the next few.
    func forEach(in count: Int, _ body: (_ worker: Int, _ item: Int) -> Void) {
        let grain = max(1, min(64, count / (8 * workers)))
        let taken = Atomic(0)
        run { worker, _ in
            while true {
                let start = taken.wrappingAdd(grain, ordering: .relaxed).oldValue
                guard start < count else { return }
                for item in start..<min(count, start + grain) { body(worker, item) }
            }
        }
    }

    /// The results of `body` for each of `count` items of uneven work, in the items' order.
    func map<Value: Sendable>(_ count: Int, _ body: (_ item: Int) -> Value) -> [Value] {
        let results = Mutex([Value?](repeating: nil, count: count))
        forEach(in: count) { _, item in
            let value = body(item)
            results.withLock { $0[item] = value }
        }
        return results.withLock { $0.compactMap { $0 } }
    }
}
