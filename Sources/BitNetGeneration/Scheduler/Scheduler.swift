internal import BitNetModels
internal import BitNetTensors

/// Decides what is computed together: lets generations in, divides passes among them and memory.
///
/// Touched only on the engine's serial queue.
final class Scheduler: @unchecked Sendable {
    // @unchecked Sendable: the engine's serial queue is the lock.
    let model: BitNetModel
    let workspace: Workspace
    let pool: KeyValuePool
    let limits: SchedulerLimits
    private let planner: PassPlanner

    /// Generations that are computed, in the order of their arrival.
    var running: [GenerationRun] = []
    /// Those that wait, in the order of their arrival.
    var waiting: [GenerationRun] = []
    var prefixes = PrefixCache()
    var statistics = EngineStatistics()
    private var arrivals = 0
    /// What generations have brought, and how each now stands.
    private var deliveries: [(run: GenerationRun, outcome: GenerationRun.Outcome)] = []
    /// One row of logits, while a token is drawn from it.
    private var logits: [Float] = []

    init(
        _ model: BitNetModel, _ workspace: Workspace, _ pool: KeyValuePool,
        _ limits: SchedulerLimits
    ) {
        self.model = model
        self.workspace = workspace
        self.pool = pool
        self.limits = limits
        planner = PassPlanner(capacity: workspace.tokenCapacity)
        statistics.totalPages = pool.totalPages
        statistics.pageBytes = pool.layout.pageBytes
    }

    /// Takes a generation on, or refuses it when too many wait.
    func submit(_ run: GenerationRun) {
        arrivals += 1
        run.number = arrivals
        run.lastPass = statistics.passes
        waiting.append(run)
        admit()
        if let limit = limits.queueLimit, waiting.count > limit, waiting.last === run {
            let error = GenerationError(
                .queueFull,
                "\(running.count) requests are being served and \(limit) wait, which is the "
                    + "limit; try again later")
            end(run, .failed(error))
        }
        updateGauges()
    }

    /// Computes one pass; false when there is nothing left to do.
    ///
    /// Its events are sent by `deliver`.
    func step() -> Bool {
        removeCancelled()
        admit()
        let parts = prepare(plan())
        if !parts.isEmpty { compute(parts) }
        updateGauges()
        return !running.isEmpty || !waiting.isEmpty
    }

    private func removeCancelled() {
        for run in running + waiting where run.outlet.isCancelled {
            run.finish(.cancelled)
            end(run, .finished)
        }
    }

    /// Which generations take part in the next pass, and with how many tokens.
    private func plan() -> [(run: GenerationRun, count: Int)] {
        let ready = running.filter { $0.hasBegun || !waitsForPrefix($0) }
        for run in ready where !run.hasBegun { begin(run) }
        let candidates = ready.map {
            PassPlanner.Candidate(
                pending: $0.pending, isDecoding: $0.isDecoding, lastPass: $0.lastPass)
        }
        return planner.plan(candidates, pass: statistics.passes).map { (ready[$0.index], $0.count) }
    }

    private func compute(_ parts: [(run: GenerationRun, part: PassPart)]) {
        note(parts)
        let drawn = parts.reduce(0) { $0 + $1.run.statistics.generatedTokens }
        defer {
            let now = parts.reduce(0) { $0 + $1.run.statistics.generatedTokens }
            statistics.generatedTokens += now - drawn
        }
        do {
            try forward(parts)
        } catch {
            for (run, _) in parts { end(run, .failed(error)) }
            return
        }
        for (run, _) in parts {
            end(run, run.endPart())
        }
    }

    /// One pass over the weights.
    private func forward(_ parts: [(run: GenerationRun, part: PassPart)]) throws {
        if parts.count == 1, parts[0].part.count == 1, parts[0].part.outputs == .last,
            let cache = parts[0].run.cache
        {
            let (run, part) = parts[0]
            return try model.decode(part.tokens[0], cache, workspace, selection: part.selection) {
                run.receive($0, &logits)
            }
        }
        let chunks = parts.compactMap { run, part in
            run.cache.map {
                SequenceChunk(
                    cache: $0, tokens: part.tokens + part.draft, outputs: part.outputs,
                    selection: part.selection)
            }
        }
        try model.forward(chunks, workspace) { parts[$0.chunk].run.receive($0, &logits) }
    }

    private func note(_ parts: [(run: GenerationRun, part: PassPart)]) {
        statistics.passes += 1
        statistics.lastPassSequences = parts.count
        statistics.lastPassTokens = parts.reduce(0) { $0 + $1.part.count }
        statistics.passSequences += parts.count
        statistics.passTokens += statistics.lastPassTokens
        for (run, _) in parts { run.lastPass = statistics.passes }
    }

    /// Notes how a generation stands, and lets it go when it is at its end.
    func end(_ run: GenerationRun, _ outcome: GenerationRun.Outcome) {
        deliveries.append((run, outcome))
        switch outcome {
        case .goesOn: break
        case .finished: retire(run, keepsPrefix: true)
        case .failed: retire(run, keepsPrefix: false)
        }
    }

    /// Sends what all generations have brought since the last time.
    func deliver() {
        for (run, outcome) in deliveries {
            switch outcome {
            case .goesOn: run.sendEvents()
            case .finished:
                run.sendEvents()
                run.outlet.finish()
            case .failed(let error): run.outlet.fail(error)
            }
        }
        deliveries.removeAll(keepingCapacity: true)
    }

    private func retire(_ run: GenerationRun, keepsPrefix: Bool) {
        running.removeAll { $0 === run }
        waiting.removeAll { $0 === run }
        if keepsPrefix, run.usesPool, let cache = run.cache {
            prefixes.insert(Array(run.text.prefix(cache.count)), cache.memory.pages)
        }
        run.releaseCache()
    }
}
