internal import BitNetModels
internal import BitNetTensors
internal import BitNetTokenizers
internal import Dispatch
internal import Synchronization

/// Drives one model from one serial queue; everything that touches its buffers runs there.
///
/// Generations under way take turns step by step. The compute threads are the engine's own; the
/// cooperative pool only enqueues and awaits.
final class GenerationEngine: Sendable {
    let model: BitNetModel
    let tokenizer: Tokenizer
    let workspace: Workspace
    /// Tokens that end a text.
    let endTokens: Set<TokenID>
    private let queue = DispatchQueue(label: "swift-bitnet.engine", qos: .userInitiated)

    init(
        model: BitNetModel, tokenizer: Tokenizer, workspace: Workspace, endTokens: Set<TokenID>
    ) {
        self.model = model
        self.tokenizer = tokenizer
        self.workspace = workspace
        self.endTokens = endTokens
    }

    /// Runs `body` on the engine's queue.
    func perform<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws
        -> Value
    {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }

    /// Generates after `prompt`; the stream's end of life cancels within one step.
    func generate(
        _ prompt: [TokenID], _ parameters: GenerationParameters,
        sequence: @escaping @Sendable () throws -> TokenSequence
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { continuation in
            let cancelled = CancellationFlag()
            continuation.onTermination = { _ in cancelled.set() }
            queue.async {
                do {
                    let run = try GenerationRun(self, sequence(), prompt: prompt, parameters)
                    self.advance(run, cancelled, continuation)
                } catch {
                    continuation.finish(throwing: error)
                }
            }
        }
    }

    private func advance(
        _ run: GenerationRun, _ cancelled: CancellationFlag,
        _ continuation: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    ) {
        do {
            let step = try run.step(cancelled: cancelled.isSet)
            for event in step.events { continuation.yield(event) }
            if step.isLast { return continuation.finish() }
            queue.async { self.advance(run, cancelled, continuation) }
        } catch {
            continuation.finish(throwing: error)
        }
    }
}

/// Set once, from any thread.
final class CancellationFlag: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }

    func set() { flag.store(true, ordering: .relaxed) }
}
