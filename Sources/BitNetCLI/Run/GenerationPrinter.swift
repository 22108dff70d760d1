import BitNetGeneration

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Prints a generation as it comes.
struct GenerationPrinter {
    let json: Bool
    let quiet: Bool
    let contextLength: Int

    /// Prints all events of `events`, behind `opening`, and returns the result.
    ///
    /// The opening waits for the first text: the line of progress would wipe it out.
    func print(
        _ events: AsyncThrowingStream<GenerationEvent, any Error>, after opening: String
    ) async throws -> GenerationResult? {
        var text = ""
        var opening = json ? "" : opening
        var result: GenerationResult?
        let progress = ProgressLine("Reading the prompt")
        defer { progress.finish() }
        for try await event in events {
            switch event {
            case .promptProgress(let done, let total):
                if total > 0 { progress.update(Double(done) / Double(total)) }
                if done == total { progress.finish() }
            case .prompt, .tokens: break
            case .text(let piece):
                text += piece
                if !json { try StandardStreams.writeOutput(opening + piece) }
                opening = ""
            case .finished(let finished):
                progress.finish()
                if finished.reason != .cancelled { try StandardStreams.writeOutput(opening) }
                result = finished
            }
        }
        if let result {
            try report(text, result)
        } else if !json {
            try StandardStreams.writeOutput("\n")
        }
        return result
    }

    private func report(_ text: String, _ result: GenerationResult) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            let data = try encoder.encode(GenerationReport(text, result))
            try StandardStreams.writeOutput(String(decoding: data, as: UTF8.self) + "\n")
            return
        }
        try StandardStreams.writeOutput("\n")
        guard !quiet else { return }
        let reason = GenerationReport.explanation(result, contextLength: contextLength)
        if let reason { StandardStreams.note(reason) }
        StandardStreams.note(GenerationReport.line(result))
    }
}
