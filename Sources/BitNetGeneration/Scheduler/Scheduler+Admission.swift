internal import BitNetModels
internal import BitNetTensors

extension Scheduler {
    /// Tokens that another generation must be about to compute for a third to wait for them.
    private static let leastGain = 32

    /// Lets generations in, in the order of their arrival, as long as there are places and pages.
    ///
    /// One that reports its prompt takes no pages; it waits for its own kind only.
    func admit() {
        var isBlocked = false
        for run in waiting where running.count < limits.maximumSequences {
            if run.usesPool, isBlocked { continue }
            guard fits(run) else {
                isBlocked = isBlocked || run.usesPool
                continue
            }
            waiting.removeAll { $0 === run }
            start(run)
        }
    }

    private func fits(_ run: GenerationRun) -> Bool {
        guard run.usesPool else {
            let taken = running.reduce(0) { $0 + ($1.usesPool ? 0 : $1.mostPositions) }
            return taken == 0 || taken + run.mostPositions <= limits.contextLength
        }
        let others = running.filter(\.usesPool)
        run.expectedPages = neededPages(run)
        let promised = others.reduce(0) { $0 + $1.promisedPages }
        return others.isEmpty
            || heldPages() + promised + run.expectedPages <= pool.totalPages
    }

    /// Pages that a generation takes until it decodes, without those that it shares with others.
    private func neededPages(_ run: GenerationRun) -> Int {
        let shared = running.reduce(0) { most, other in
            other.usesPool
                ? max(most, run.text.commonPrefix(with: other.text, limit: run.text.count - 1))
                : most
        }
        return run.wantedPages - shared / KeyValueLayout.pagePositions
    }

    private func start(_ run: GenerationRun) {
        do {
            run.start(try makeCache(run))
            let place = running.firstIndex { $0.number > run.number } ?? running.endIndex
            running.insert(run, at: place)
            if run.generatedCount == 0 { statistics.promptTokens += run.request.prompt.count }
        } catch {
            end(run, .failed(error))
        }
    }

    /// Pages from the common pool, or for reports of the prompt an exact cache of its own.
    private func makeCache(_ run: GenerationRun) throws -> KVCache {
        guard run.usesPool else {
            return try model.makeCache(capacity: run.mostPositions, format: .float32)
        }
        guard let memory = KeyValueMemory(pool: pool, capacity: limits.contextLength) else {
            throw ModelError(.outOfMemory, "no memory for another sequence")
        }
        return KVCache(memory: memory)
    }

    // MARK: - Beginnings

    /// Whether an earlier generation is about to compute what this one begins with.
    ///
    /// Nothing waits for a later one, so the first is never held up.
    func waitsForPrefix(_ run: GenerationRun) -> Bool {
        guard run.usesPool else { return false }
        let limit = run.text.count - 1
        var best: Int?
        for other in running {
            guard other.number < run.number else { break }
            guard other.usesPool, !other.isDecoding else { continue }
            let common = run.text.commonPrefix(with: other.text, limit: limit)
            guard common >= Self.leastGain else { continue }
            let available = best ?? longestPrefix(run).count
            best = available
            if common - available >= Self.leastGain { return true }
        }
        return false
    }

    /// The most tokens that can be taken over, and who has them if it is running.
    private func longestPrefix(_ run: GenerationRun) -> (count: Int, owner: GenerationRun?) {
        let limit = run.text.count - 1
        var found: (count: Int, owner: GenerationRun?) = (
            prefixes.longest(run.text, limit: limit), nil
        )
        for other in running where other !== run && other.usesPool {
            let count = run.text.commonPrefix(
                with: other.text, limit: min(limit, other.computed))
            if count > found.count { found = (count, other) }
        }
        return found
    }

    /// Takes over the longest beginning that another sequence has, cached or running.
    func begin(_ run: GenerationRun) {
        guard run.usesPool else { return run.begin([], count: 0) }
        let (count, owner) = longestPrefix(run)
        statistics.prefixLookups += 1
        statistics.reusedTokens += count
        guard count > 0 else { return run.begin([], count: 0) }
        statistics.prefixHits += 1
        let pages = owner?.cache?.memory.pages ?? prefixes.take(run.text, count: count)
        run.begin(pages, count: count)
    }
}

extension GenerationRun {
    /// Whether its cache is made of common pages; reports of a prompt have a cache of their own.
    var usesPool: Bool { !request.reportsPrompt }

    /// The most positions that it can come to.
    var mostPositions: Int {
        let room = context.contextLength - request.prompt.count
        return request.prompt.count + min(room, limit)
    }

    /// Pages of the text so far and one token more.
    var wantedPages: Int {
        KeyValueLayout.pages(min(text.count + 1, context.contextLength))
    }

    /// Pages that it has not taken yet of those that it was let in for.
    var promisedPages: Int {
        hasBegun ? max(0, wantedPages - (cache?.memory.pages.count ?? 0)) : expectedPages
    }

    func sendEvents() {
        outlet.send(events)
        events.removeAll(keepingCapacity: true)
    }
}
