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

    /// Generates what `request` asks for; the stream's end of life cancels within one step.
    ///
    /// `observe` hears of everything before the stream's reader does.
    func generate(
        _ request: GenerationRequest, _ interruption: Interruption,
        observe: @escaping GenerationOutlet.Observer = { _ in },
        sequence: @escaping @Sendable () throws -> TokenSequence
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { continuation in
            let outlet = GenerationOutlet(continuation, interruption, observe)
            queue.async {
                do {
                    let run = try GenerationRun(self, sequence(), request)
                    self.advance(run, outlet)
                } catch {
                    outlet.fail(error)
                }
            }
        }
    }

    private func advance(_ run: GenerationRun, _ outlet: GenerationOutlet) {
        do {
            let step = try run.step(cancelled: outlet.isCancelled)
            outlet.send(step.events)
            if step.isLast { return outlet.finish() }
            queue.async { self.advance(run, outlet) }
        } catch {
            outlet.fail(error)
        }
    }
}
