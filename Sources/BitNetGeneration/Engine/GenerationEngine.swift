internal import BitNetModels
internal import BitNetTensors
internal import BitNetTokenizers
internal import Dispatch

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
        _ prompt: [TokenID], _ parameters: GenerationParameters, _ interruption: Interruption,
        sequence: @escaping @Sendable () throws -> TokenSequence
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { continuation in
            let abandoned = Interruption()
            continuation.onTermination = { _ in abandoned.cancel() }
            let isCancelled: @Sendable () -> Bool = {
                abandoned.isCancelled || interruption.isCancelled
            }
            queue.async {
                do {
                    let run = try GenerationRun(self, sequence(), prompt: prompt, parameters)
                    self.advance(run, isCancelled, continuation)
                } catch {
                    continuation.finish(throwing: error)
                }
            }
        }
    }

    private func advance(
        _ run: GenerationRun, _ isCancelled: @escaping @Sendable () -> Bool,
        _ continuation: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    ) {
        do {
            let step = try run.step(cancelled: isCancelled())
            for event in step.events { continuation.yield(event) }
            if step.isLast { return continuation.finish() }
            queue.async { self.advance(run, isCancelled, continuation) }
        } catch {
            continuation.finish(throwing: error)
        }
    }
}
