import BitNetGeneration
import Testing

/// Grammars and patterns against texts.
struct GrammarConstraintTests {
    static let arithmetic = """
        # Equations.
        root ::= (expr "=" term "\\n")+
        expr ::= term ([-+*/] term)*
        term ::= ident | num | "(" ws expr ")" ws
        ident ::= [a-z] [a-z0-9_]* ws
        num ::= [0-9]+ ws
        ws ::= [ \\t\\n]*
        """

    @Test func arithmetic() throws {
        let constraint = try Constraints.grammar(Self.arithmetic)
        for text in ["a+1=2\n", "(a *(b1)) =c\n", "1=1\n2=2\n"] {
            #expect(try constraint.accepts(text), "\(text)")
        }
        for text in ["", "a+1", "a+=2\n", "(a=1\n"] {
            #expect(try !constraint.accepts(text), "\(text)")
        }
    }

    static let examples: [(String, [String], [String])] = [
        (#"root ::= "a"{2,3}"#, ["aa", "aaa"], ["a", "aaaa"]),
        (#"root ::= "a"{2}"#, ["aa"], ["a", "aaa"]), (#"root ::= "a"{2,}"#, ["aaaa"], ["a"]),
        (#"root ::= [^a-c\n]+"#, ["xyz", "é😀"], ["a", "x\n"]),
        (#"root ::= [é-ü]"#, ["ö", "ü"], ["z", "ÿ"]), (#"root ::= . ."#, ["ab", "😀é"], ["a"]),
        (#"root ::= "\x41\u00e9\U0001F600\"""#, ["Aé😀\""], ["A"]),
        (#"root ::= "a" | "b" ("c" | "d")? #c"#, ["a", "b", "bd"], ["c", "ad"]),
        ("root ::=\n  | \"x\" root", ["", "xxx"], ["y"]),
        ("root ::= s\ns ::= \"a\" s \"b\" | \"\"", ["", "ab", "aaabbb"], ["aab", "abb"]),
        ("root ::= \"a\" root root | \"b\"", ["b", "abb", "aabbb"], ["ab", "abbb"]),
        ("root ::= ((\"a\"? \"b\"?)* \"c\"?)*", ["", "abba", "ccab"], ["d"]),
        ("root ::= (\"a\" | x){3,5000}\nx ::= \"b\"{0,4000}", ["", "aaa", "ba"], ["c"]),
    ]

    @Test(arguments: examples)
    func matches(_ grammar: String, _ valid: [String], _ invalid: [String]) throws {
        let constraint = try Constraints.grammar(grammar)
        for text in valid { #expect(try constraint.accepts(text), "\(text.debugDescription)") }
        for text in invalid { #expect(try !constraint.accepts(text), "\(text.debugDescription)") }
    }

    @Test func stacksOfAmbiguousTextsAreShared() throws {
        // 2^n ways to read n letters.
        let constraint = try Constraints.grammar(
            "root ::= \"a\" root \"b\" | \"a\" root \"c\" | x\nx ::= \"\"")
        let text =
            String(repeating: "a", count: 300)
            + String((0..<300).map { $0 % 3 == 0 ? "b" : "c" })
        #expect(try constraint.accepts(text))
        #expect(try !constraint.accepts(text + "b"))
    }

    @Test func deepNestingIsNotBegun() throws {
        let constraint = try Constraints.grammar("root ::= \"(\" root \")\" | \"x\"")
        func nested(_ depth: Int) -> String {
            String(repeating: "(", count: depth) + "x" + String(repeating: ")", count: depth)
        }
        #expect(try constraint.accepts(nested(ConstraintLimits.depth - 2)))
        #expect(try !constraint.accepts(nested(ConstraintLimits.depth + 2)))
    }

    static let patternExamples: [(String, [String], [String])] = [
        (#"\d{3}-[a-f]+"#, ["123-abc"], ["12-a", "123-g"]), ("a|b|cd", ["a", "cd"], ["c", "ab"]),
        (#"[\w.]+@\w+\.(com|org)"#, ["a.b@x.org"], ["@x.org"]), (#"\S+\s\S+"#, ["a b"], ["ab"]),
        (#"(?:ab)*?c$"#, ["c", "ababc"], ["abab"]), (#"[^\W\d]"#, ["x", "_"], ["1", "é", "-"]),
        (#"\u00e9[\x41-\x43]\u{1F600}"#, ["éB😀"], ["éD😀"]), ("", [""], ["a"]),
        (#"(^a|^b)c"#, ["ac", "bc"], ["c"]), (#"[\]\-^]"#, ["]", "-", "^"], ["a"]),
        (#"(([a-z]{1000}){1000}){3}"#, [], ["a"]),
    ]

    @Test(arguments: patternExamples)
    func patterns(_ pattern: String, _ valid: [String], _ invalid: [String]) throws {
        let constraint = try Constraints.regex(pattern)
        for text in valid { #expect(try constraint.accepts(text), "\(text)") }
        for text in invalid { #expect(try !constraint.accepts(text), "\(text)") }
    }

    @Test func choices() throws {
        let constraint = try OutputConstraint.choices(
            ["yes", "yesterday", "no"], vocabulary: Constraints.vocabulary)
        for text in ["yes", "yesterday", "no"] { #expect(try constraint.accepts(text)) }
        #expect(try !constraint.accepts("yest"))
        #expect(constraint.leastBytes == 2)
        expectError(.unsatisfiable, "the choices") {
            try .choices([], vocabulary: Constraints.vocabulary)
        }
    }
}
