import BitNetGeneration
import Testing

/// Inputs that are made to cost much: each is compiled or refused, never more.
struct HostileConstraintTests {
    /// Compiles, draws a little where that works, and lets only constraints' own errors through.
    private func survive(_ body: () throws(ConstraintError) -> OutputConstraint) throws {
        do throws(ConstraintError) {
            let constraint = try body()
            var matcher = try constraint.makeMatcher()
            _ = try matcher.accept(bytes: Array("[[[[".utf8))
            _ = try matcher.mask(remainingTokens: 20)
        } catch {
            #expect(!error.description.isEmpty)
        }
    }

    @Test func deepSchemas() throws {
        for depth in [100, 5_000, 200_000] {
            let open = String(repeating: #"{"items":"#, count: depth)
            try survive { () throws(ConstraintError) in
                try Constraints.schema(open + "{}" + String(repeating: "}", count: depth))
            }
        }
        let chain = (0..<5_000).map { ##""d\##($0)":{"items":{"$ref":"#/$defs/d\##($0 + 1)"}}"## }
        try survive { () throws(ConstraintError) in
            try Constraints.schema(
                ##"{"$ref":"#/$defs/d0","$defs":{"## + chain.joined(separator: ",")
                    + #","d5000":{"type":"null"}}}"#)
        }
    }

    @Test func exponentialUnions() throws {
        let union = #"{"anyOf":[{"minimum":1},{"minimum":2},{"minimum":3}]}"#
        let all = repeatElement(union, count: 40).joined(separator: ",")
        expectError(.tooLarge, "alternatives") { try Constraints.schema(#"{"allOf":[\#(all)]}"#) }
        let doubled = (0..<40).map {
            ##""d\##($0)":{"type":"object","properties":{"a":{"$ref":"#/$defs/d\##($0 + 1)"},"b":{"$ref":"#/$defs/d\##($0 + 1)"}},"required":["a","b"]}"##
        }
        try survive { () throws(ConstraintError) in
            try Constraints.schema(
                ##"{"$ref":"#/$defs/d0","$defs":{"## + doubled.joined(separator: ",")
                    + #","d40":{"type":"null"}}}"#)
        }
    }

    @Test func longLists() throws {
        let values = (0..<60_000).map { "\"value number \($0 &* 2_654_435_761)\"" }
        try survive { () throws(ConstraintError) in
            try Constraints.schema(#"{"enum":[\#(values.joined(separator: ","))]}"#)
        }
        let members = (0..<3_000).map { #""member \#($0)":{"type":"integer"}"# }
        try survive { () throws(ConstraintError) in
            try Constraints.schema(#"{"properties":{\#(members.joined(separator: ","))}}"#)
        }
        expectError(.tooLarge, "bytes") {
            try Constraints.grammar(String(repeating: "#", count: 5 << 20))
        }
    }

    @Test(arguments: [
        #"{"type":"array","minItems":1000000000}"#, #"{"type":"array","maxItems":1e9}"#,
        #"{"type":"string","minLength":1000000000}"#, #"{"type":"string","maxLength":1e300}"#,
        #"{"type":"string","pattern":"^(((a{1000}){1000}){1000}){1000}$"}"#,
        #"{"type":"string","pattern":"^(a*)*(a*)*(a*)*b$","maxLength":100000}"#,
        #"{"type":"string","pattern":"(a|b)*a(a|b){30}c"}"#,
        #"{"type":"string","pattern":"^(a|b|ab){1,60}$","format":"uri","maxLength":50}"#,
        #"{"type":"string","pattern":"((((((((((((((((((((a?)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*"}"#,
        #"{"type":"number","minimum":1e-300,"maximum":1e300,"multipleOf":1e-200}"#,
        #"{"type":"integer","multipleOf":999983,"minimum":0}"#,
        #"{"type":"object","minProperties":1000000,"additionalProperties":true}"#,
        ##"{"allOf":[{"$ref":"#"}]}"##, ##"{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}"##,
        ##"{"type":"array","items":{"$ref":"#"},"minItems":1}"##,
    ])
    func largeNumbers(_ schema: String) throws {
        try survive { () throws(ConstraintError) in try Constraints.schema(schema) }
    }

    @Test(arguments: [
        "root ::= ((\"a\"{1000}){1000}){1000}", "root ::= (\"a\"? \"b\"?){1000000}",
        "root ::= " + String(repeating: "(", count: 100_000),
        "root ::= \"x\"" + String(repeating: "*", count: 100_000),
        "root ::= x{1000000}\nx ::= \"a\" | y{1000000}\ny ::= \"\" | \"b\"",
        "root ::= \"a\" root root root root | \"\"", "root ::= [a-z]* [a-z]* [a-z]* [a-z]* \"!\"",
        "root ::= (.)* \"a\" .{18}",
    ])
    func largeGrammars(_ grammar: String) throws {
        try survive { () throws(ConstraintError) in try Constraints.grammar(grammar) }
    }

    @Test func longChainsOfRules() throws {
        let rules = (0..<15_000).map { "r\($0) ::= \"a\" r\($0 + 1) | r\($0 + 1) \"b\"" }
        try survive { () throws(ConstraintError) in
            try Constraints.grammar(
                "root ::= r0\n" + rules.joined(separator: "\n") + "\nr15000 ::= \"c\"")
        }
        let cycle = (0..<15_000).map { "r\($0) ::= r\(($0 + 1) % 15_000) \"b\" | \"a\"" }
        expectError(.unsupported, "left recursion") {
            try Constraints.grammar("root ::= r0\n" + cycle.joined(separator: "\n"))
        }
    }

    @Test func longTextsOfAmbiguousGrammars() throws {
        let constraint = try Constraints.grammar("root ::= \"a\" root root root | \"\"")
        var matcher = try constraint.makeMatcher()
        do {
            for _ in 0..<50 { _ = try matcher.accept(bytes: Array("aaaaaaaaaa".utf8)) }
        } catch { #expect(error.code == .tooLarge) }
    }
}
