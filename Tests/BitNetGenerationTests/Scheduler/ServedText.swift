import BitNetGeneration
import BitNetTokenizers

/// A request of a mix, and what is done with it.
struct MixedRequest: Sendable {
    var request: GenerationRequest
    /// Milliseconds after the mix began.
    var arrival = 0
    /// Pieces of text after which the reader goes away or interrupts; nil for never.
    var endsAfter: Int?
    /// Whether it interrupts, and reads on, instead of going away.
    var interrupts = false
}

/// What came of a request: tokens, text and probabilities.
struct ServedText: Sendable, Equatable {
    var text = ""
    var prompt: [TokenReport] = []
    var reports: [TokenReport] = []
    var tokens: [TokenID]?
    var reason: FinishReason?

    /// Reads the answer as the request says.
    init(_ model: LanguageModel, _ mixed: MixedRequest) async throws {
        let interruption = Interruption()
        var pieces = 0
        for try await event in model.generate(mixed.request, interruption: interruption) {
            switch event {
            case .promptProgress: break
            case .prompt(let reports): prompt += reports
            case .tokens(let reports): self.reports += reports
            case .text(let piece):
                text += piece
                pieces += 1
            case .finished(let result):
                tokens = result.tokens
                reason = result.reason
            }
            guard let last = mixed.endsAfter, pieces >= last else { continue }
            if !mixed.interrupts { return }
            interruption.cancel()
        }
    }

    /// All requests at once.
    static func all(
        _ model: LanguageModel, _ mix: [MixedRequest]
    ) async throws -> [ServedText] {
        try await withThrowingTaskGroup(of: (Int, ServedText).self) { group in
            for (index, mixed) in mix.enumerated() {
                group.addTask {
                    try await Task.sleep(for: .milliseconds(mixed.arrival))
                    return (index, try await ServedText(model, mixed))
                }
            }
            var found = try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            return mix.indices.compactMap { found.removeValue(forKey: $0) }
        }
    }
}
