internal import BitNetModels
internal import BitNetTensors
internal import BitNetTokenizers
internal import Dispatch
internal import Synchronization

/// Drives one model from one serial queue; everything that touches its buffers runs there.
///
/// The queue computes pass after pass as long as there is a generation; `Scheduler` says what is in
/// them. The compute threads are the engine's own; the cooperative pool only enqueues and awaits.
final class GenerationEngine: Sendable {
    let context: GenerationContext
    let workspace: Workspace
    private let scheduler: Scheduler
    private let queue = DispatchQueue(label: "swift-bitnet.engine", qos: .userInitiated)
    private let snapshot: Mutex<EngineStatistics>
    /// Whether a step is enqueued; changed only on the queue.
    private let isActive = Atomic(false)

    init(
        model: BitNetModel, workspace: Workspace, pool: KeyValuePool, limits: SchedulerLimits,
        context: GenerationContext
    ) {
        self.context = context
        self.workspace = workspace
        scheduler = Scheduler(model, workspace, pool, limits)
        snapshot = Mutex(scheduler.statistics)
    }

    /// What the engine was doing after the last pass.
    var statistics: EngineStatistics { snapshot.withLock { $0 } }

    /// Runs `body` on the engine's queue.
    func perform<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws
        -> Value
    {
        try await queue.run(body)
    }

    /// Generates what `request` asks for; the stream's end of life cancels within one step.
    ///
    /// `observe` hears of everything before the stream's reader does.
    func generate(
        _ request: GenerationRequest, _ interruption: Interruption,
        observe: @escaping GenerationOutlet.Observer = { _ in }
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { continuation in
            let outlet = GenerationOutlet(continuation, interruption, observe)
            do {
                let run = try GenerationRun(request, context, outlet)
                queue.async { self.submit(run) }
            } catch {
                outlet.fail(error)
            }
        }
    }

    private func submit(_ run: GenerationRun) {
        scheduler.submit(run)
        publish()
        guard !isActive.exchange(true, ordering: .relaxed) else { return }
        queue.async { self.step() }
    }

    /// One pass, then the next behind what has been enqueued meanwhile.
    private func step() {
        let goesOn = scheduler.step()
        publish()
        if goesOn {
            queue.async { self.step() }
        } else {
            isActive.store(false, ordering: .relaxed)
        }
    }

    /// First the figures, then the events: who has seen a generation's end finds it counted.
    private func publish() {
        let statistics = scheduler.statistics
        snapshot.withLock { $0 = statistics }
        scheduler.deliver()
    }
}
