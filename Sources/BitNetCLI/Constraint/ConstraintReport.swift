import BitNetGeneration

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What became of one schema or grammar (keys in snake case).
struct ConstraintReport: Encodable {
    /// A text that was drawn.
    struct Sample: Encodable {
        let seed: UInt64
        let text: String
        let finishReason: String
        let isComplete: Bool
        let generatedTokens: Int
        let decodeSeconds: Double
        let maskSeconds: Double

        init(_ text: String, _ result: GenerationResult) {
            seed = result.seed
            self.text = text
            finishReason = result.reason.name
            isComplete = result.isComplete ?? false
            generatedTokens = result.statistics.generatedTokens
            decodeSeconds = result.statistics.decodeSeconds
            maskSeconds = result.statistics.maskSeconds
        }
    }

    /// Why it was refused.
    struct Failure: Encodable {
        let code: String
        let place: String
        let found: String
        let expected: String

        init(_ error: ConstraintError) {
            code = error.code.rawValue
            place = error.place
            found = error.found
            expected = error.expected
        }
    }

    let id: String
    var compileSeconds = 0.0
    /// The bytes of the shortest text.
    var leastBytes: Int?
    var error: Failure?
    var samples: [Sample]?

    init(id: String) { self.id = id }

    /// Whether it was compiled and all texts satisfy it.
    var isSatisfied: Bool { error == nil && samples?.allSatisfy(\.isComplete) ?? true }

    /// One line of JSON.
    func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
