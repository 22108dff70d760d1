import BitNetGeneration
import Foundation

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
            case .text(let piece):
                text += piece
                if !json { try Terminal.write(opening + piece) }
                opening = ""
            case .finished(let finished):
                progress.finish()
                try Terminal.write(opening)
                result = finished
            }
        }
        if let result { try report(text, result) } else if !json { try Terminal.write("\n") }
        return result
    }

    private func report(_ text: String, _ result: GenerationResult) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            let data = try encoder.encode(GenerationReport(text, result))
            try Terminal.write(String(decoding: data, as: UTF8.self) + "\n")
            return
        }
        try Terminal.write("\n")
        guard !quiet else { return }
        let reason = GenerationReport.explanation(result.reason, contextLength: contextLength)
        if let reason { Terminal.note(reason) }
        Terminal.note(GenerationReport.line(result))
    }
}
