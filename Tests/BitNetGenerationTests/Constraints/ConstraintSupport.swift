import BitNetGeneration
import BitNetTensors
import BitNetTestSupport
import BitNetTokenizers
import Foundation
import Testing

/// Constraints over the tokenizer of the fixtures, and texts that follow them.
enum Constraints {
    static let vocabulary: ConstraintVocabulary = {
        do {
            let path = Fixtures.path("tokenizer/tokenizer.json")
            return ConstraintVocabulary(try TokenizerLoader.load(path: path))
        } catch {
            fatalError("\(error)")
        }
    }()

    static func schema(_ text: String) throws(ConstraintError) -> OutputConstraint {
        try OutputConstraint(jsonSchema: text, vocabulary: vocabulary)
    }

    static func grammar(_ text: String) throws(ConstraintError) -> OutputConstraint {
        try OutputConstraint(grammar: text, vocabulary: vocabulary)
    }

    static func regex(_ pattern: String) throws(ConstraintError) -> OutputConstraint {
        try .regex(pattern, vocabulary: vocabulary)
    }
}

extension OutputConstraint {
    /// Whether `text` satisfies it.
    func accepts(_ text: String) throws -> Bool {
        var matcher = try makeMatcher()
        return try matcher.accept(bytes: Array(text.utf8)) && matcher.isComplete
    }

    /// A text of tokens that are drawn evenly from those allowed, and whether it is complete.
    func draw(
        tokens limit: Int, seed: UInt64
    ) throws -> (text: [UInt8], isComplete: Bool) {
        var generator = BitNetTestSupport.SeededGenerator(seed: seed)
        var matcher = try makeMatcher()
        var text: [UInt8] = []
        for index in 0..<limit where !matcher.mustEnd {
            let tokens = try matcher.mask(remainingTokens: limit - index).tokens
            let token = try #require(tokens.randomElement(using: &generator))
            #expect(try matcher.accept(token))
            if vocabulary.endTokens.contains(token) { break }
            text += vocabulary.bytes(of: token)
        }
        return (text, matcher.isComplete)
    }
}

/// Whether compiling throws an error of this kind that mentions `text`.
func expectError(
    _ code: ConstraintError.Code, _ text: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> OutputConstraint
) {
    do {
        _ = try body()
        Issue.record("nothing was refused", sourceLocation: sourceLocation)
    } catch let error as ConstraintError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
        #expect(error.description.contains(text), "\(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
    }
}
