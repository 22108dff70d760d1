internal import BitNetModels
internal import BitNetTensors

extension Scheduler {
    /// Takes the pages that a pass writes; generations that lose theirs for it are left out.
    func prepare(
        _ planned: [(run: GenerationRun, count: Int)]
    ) -> [(run: GenerationRun, part: PassPart)] {
        let isAlone = running.count == 1 && waiting.isEmpty
        var parts: [(run: GenerationRun, part: PassPart)] = []
        for (run, count) in planned where run.cache != nil {
            let guesses = isAlone && run.isDecoding ? workspace.tokenCapacity - count : 0
            let part = run.nextPart(count, guesses: guesses)
            if takePages(run, part.count) { parts.append((run, part)) }
        }
        parts.removeAll { $0.run.cache == nil }
        // Rows that need all logits are computed together, and so are those that do not.
        return parts.filter { $0.part.isSelective } + parts.filter { !$0.part.isSelective }
    }

    /// Makes room until a generation can write `count` more positions; false when it lost its own.
    private func takePages(_ run: GenerationRun, _ count: Int) -> Bool {
        while let cache = run.cache, !cache.prepare(count) {
            if run.usesPool, makeRoom() { continue }
            end(
                run,
                .failed(
                    ModelError(
                        .outOfMemory,
                        "the system has no memory for the keys and values of \(count) more tokens")
                ))
        }
        return run.cache != nil
    }

    /// Frees a page: a cached beginning's, else all of the youngest generation, if there are others.
    private func makeRoom() -> Bool {
        if prefixes.dropPage() { return true }
        let holders = running.filter { $0.usesPool && !($0.cache?.memory.pages.isEmpty ?? true) }
        guard holders.count > 1, let youngest = holders.last else { return false }
        preempt(youngest)
        return true
    }

    /// Takes a generation's pages away; it waits in front of all that came later, and computes its
    /// text so far again.
    private func preempt(_ run: GenerationRun) {
        statistics.preemptions += 1
        running.removeAll { $0 === run }
        run.releaseCache()
        let place = waiting.firstIndex { $0.number > run.number } ?? waiting.endIndex
        waiting.insert(run, at: place)
    }

    /// Pages that generations hold.
    func heldPages() -> Int {
        var pages: Set<ObjectIdentifier> = []
        for run in running where run.usesPool {
            for page in run.cache?.memory.pages ?? [] { pages.insert(ObjectIdentifier(page)) }
        }
        return pages.count
    }

    func updateGauges() {
        statistics.running = running.count
        statistics.waiting = waiting.count
        statistics.usedPages = heldPages()
        statistics.cachedPages = pool.usedPages - statistics.usedPages
    }
}

extension PassPart {
    /// Whether its rows need not have all logits.
    var isSelective: Bool {
        switch selection {
        case .all: outputs == .none
        default: true
        }
    }
}
