import BitNetGeneration
import BitNetTensors
import BitNetTestSupport
import BitNetTokenizers
import Testing

/// Masks against trying every token.
struct TokenMaskConstraintTests {
    static let schemas = [
        #"{"properties": {"a": {"type": "string", "maxLength": 12}, "b": {"type": "array", "items": {"type": "number"}}}, "required": ["a", "b"]}"#,
        #"{}"#, #"{"type": "string", "minLength": 3}"#,
        #"{"properties": {"x": {}}, "additionalProperties": {"enum": ["x y", "x z", 3]}}"#,
        #"{"type": "array", "items": {"type": "array", "items": {"const": "ab"}}, "minItems": 3}"#,
    ]
    static let grammars = [
        GrammarConstraintTests.arithmetic, "root ::= [^\"]* \"\\\"\" .{3,9}",
        "root ::= \"a\" root \"a\" | \"b\" root \"b\" | [ab]*",
    ]

    private func constraints() throws -> [OutputConstraint] {
        try Self.schemas.map { try Constraints.schema($0) }
            + Self.grammars.map { try Constraints.grammar($0) }
    }

    /// The tokens that `matcher` takes, and behind which `remaining` more bytes make it complete.
    private func allowed(
        _ matcher: ConstraintMatcher, within remaining: Int?, _ vocabulary: ConstraintVocabulary
    ) throws -> [TokenID] {
        try (0..<TokenID(vocabulary.count)).filter { token in
            if vocabulary.endTokens.contains(token) { return matcher.isComplete }
            guard !vocabulary.bytes(of: token).isEmpty else { return false }
            var copy = matcher
            guard try copy.accept(token) else { return false }
            return remaining.map { copy.leastBytesLeft <= $0 } ?? true
        }
    }

    @Test func masksAreWhatTheMachineTakes() throws {
        for (index, constraint) in try constraints().enumerated() {
            for seed in 0..<3 {
                var generator = BitNetTestSupport.SeededGenerator(seed: UInt64(seed))
                var matcher = try constraint.makeMatcher()
                for _ in 0..<12 where !matcher.mustEnd {
                    let mask = try matcher.mask()
                    let tokens = try allowed(matcher, within: nil, constraint.vocabulary)
                    #expect(mask.tokens == tokens, "\(index)")
                    let token = try #require(tokens.randomElement(using: &generator))
                    if constraint.vocabulary.endTokens.contains(token) { break }
                    #expect(try matcher.accept(token))
                }
            }
        }
    }

    @Test func masksKeepTheEndInReach() throws {
        for constraint in try constraints() {
            var generator = BitNetTestSupport.SeededGenerator(seed: 7)
            var matcher = try constraint.makeMatcher()
            var left = constraint.leastBytes + 12
            while !matcher.mustEnd, left > 0 {
                left -= 1
                let mask = try matcher.mask(remainingTokens: left + 1)
                #expect(
                    try mask.tokens == allowed(matcher, within: left, constraint.vocabulary))
                let token = try #require(mask.tokens.randomElement(using: &generator))
                if constraint.vocabulary.endTokens.contains(token) { break }
                #expect(try matcher.accept(token))
            }
            #expect(matcher.isComplete)
        }
    }

    @Test func drawsEndWithinAnyLimit() throws {
        for constraint in try constraints() {
            for limit in [constraint.leastBytes, constraint.leastBytes + 3, 40, 200]
            where limit >= constraint.leastBytes {
                for seed in 0..<4 {
                    let text = try constraint.draw(tokens: limit, seed: UInt64(seed))
                    #expect(text.isComplete, "\(String(decoding: text.text, as: UTF8.self))")
                    #expect(try constraint.accepts(String(decoding: text.text, as: UTF8.self)))
                }
            }
        }
    }

    @Test func tooSmallALimitLeadsTowardsTheEnd() throws {
        let constraint = try Constraints.schema(#"{"const": "abcdefghijklmnopqrstuvwxyz"}"#)
        let text = try constraint.draw(tokens: 5, seed: 1)
        #expect(!text.isComplete)
        #expect("\"abcdefghijklmnopqrstuvwxyz\"".utf8.starts(with: text.text))
    }

    @Test func matchersAreValues() throws {
        let constraint = try Constraints.schema(#"{"enum": ["ab", "ac"]}"#)
        var first = try constraint.makeMatcher()
        #expect(try first.accept(bytes: Array("\"a".utf8)))
        var second = first
        #expect(try first.accept(bytes: Array("b\"".utf8)))
        #expect(first.mustEnd && !second.isComplete)
        #expect(try !second.accept(bytes: Array("d".utf8)))
        #expect(second.leastBytesLeft == 2)
        #expect(try second.accept(bytes: Array("c\"".utf8)))
        #expect(second.mustEnd)
    }

    @Test func endTokensComeWhereTheTextIsComplete() throws {
        let constraint = try Constraints.regex("[0-9]+")
        let ends = constraint.vocabulary.endTokens
        #expect(!ends.isEmpty)
        var matcher = try constraint.makeMatcher()
        let before = try matcher.mask()
        #expect(ends.allSatisfy { !before.contains($0) })
        #expect(try matcher.accept(bytes: [0x31]))
        let after = try matcher.mask()
        #expect(ends.allSatisfy { after.contains($0) })
        #expect(!matcher.mustEnd)
    }
}
