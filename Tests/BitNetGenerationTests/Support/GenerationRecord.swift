import BitNetGeneration
import Testing

/// What a generation reported, in order.
struct GenerationRecord {
    /// Tokens of the prompt that were done, event by event.
    var progress: [Int] = []
    var pieces: [String] = []
    let result: GenerationResult

    var text: String { pieces.joined() }

    typealias Stream = AsyncThrowingStream<GenerationEvent, any Error>

    /// Reads a whole stream; requires progress, then text, then exactly one end.
    init(_ events: Stream) async throws {
        var finished: GenerationResult?
        for try await event in events {
            try #require(finished == nil, "an event came after the end: \(event)")
            switch event {
            case .promptProgress(let done, _):
                #expect(pieces.isEmpty, "text came before the prompt was done")
                progress.append(done)
            case .prompt, .tokens: break
            case .text(let piece):
                #expect(!piece.isEmpty)
                pieces.append(piece)
            case .finished(let result): finished = result
            }
        }
        result = try #require(finished, "the stream ended without an end")
    }
}

extension GenerationParameters {
    /// `count` most likely tokens, whatever they are.
    static func likeliest(_ count: Int) -> GenerationParameters {
        GenerationParameters(maximumTokens: count, temperature: 0, ignoreEndOfText: true)
    }

    /// `count` drawn tokens, whatever they are.
    static func drawn(_ count: Int, seed: UInt64) -> GenerationParameters {
        GenerationParameters(
            maximumTokens: count, temperature: 1, seed: seed, ignoreEndOfText: true)
    }
}
