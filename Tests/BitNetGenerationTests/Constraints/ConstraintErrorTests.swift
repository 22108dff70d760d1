import BitNetGeneration
import Testing

/// What is refused, and where the error says it is.
struct ConstraintErrorTests {
    static let schemas: [(String, String)] = [
        (##"{"type": "strin"}"##, "#/type"),
        (##"{"properties": {"a": {"not": {}}}}"##, "#/properties/a/not"),
        (##"{"$ref": "#/$defs/x"}"##, "has no \"$defs\""),
        (##"{"$ref": "http://x/y"}"##, "same schema"),
        (#"{"type": "string", "pattern": "a(?=b)"}"#, "look-around"),
        (#"{"type": "string", "pattern": "(a"}"#, "closing parenthesis"),
        (##"{"type": "string", "pattern": "a{3,1}"}"##, "#/pattern, character"),
        (#"{"type": "array", "uniqueItems": true}"#, "uniqueItems"),
        (#"{"oneOf": [{"type": "integer"}, {"type": "number"}]}"#, "alternatives 0 and 1"),
        (#"{"type": "integer", "minimum": 3, "maximum": 1}"#, "no text matches"),
        (##"{"type": "string", "minLength": -1}"##, "#/minLength"),
        ("[1]", "an object, true or false"),
        (#"{"type": "object""#, "byte"), (#"{"if": {}}"#, "the keyword if"),
        ("false", "no text matches"),
        (
            ##"{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}"##,
            "only lead to one another"
        ),
        (##"{"properties": {"next": {"$ref": "#"}}, "required": ["next"]}"##, "no text matches"),
    ]

    static let grammars: [(String, String)] = [
        ("root ::= a", "1:10"), ("x ::= \"a\"", "\"root\""), ("root ::= \"a", "closing quotation"),
        ("root ::= [a", "closing bracket"), ("root ::= (\"a\"", "closing parenthesis"),
        ("root = \"a\"", "1:6"), ("root ::= \"a\"\nroot ::= \"b\"", "2:1"),
        ("root ::= \"a\"\n  \"b\"", "2:3"),
        ("root ::= \"a\" root2\nroot2 ::= root2 \"b\"", "root2 begins with root2"),
        ("root ::= x \"a\"\nx ::= \"y\"? root", "left recursion"),
        ("root ::= \"a\" root", "no text matches"),
        ("root ::= \"a\"{2000000}", "1000000"), ("root ::= \"\\q\"", "escapes"),
        ("root ::= [b-a]", "goes down"), ("", "\"root\""),
    ]

    @Test(arguments: schemas)
    func refusesSchemas(_ schema: String, _ text: String) {
        do {
            _ = try Constraints.schema(schema)
            Issue.record("nothing was refused")
        } catch {
            #expect(error.description.contains(text), "\(error)")
        }
    }

    @Test(arguments: grammars)
    func refusesGrammars(_ grammar: String, _ text: String) {
        do {
            _ = try Constraints.grammar(grammar)
            Issue.record("nothing was refused")
        } catch {
            #expect(error.description.contains(text), "\(error)")
        }
    }

    @Test func sayWhereBytesAreNoText() {
        expectError(.malformed, "UTF-8") {
            try OutputConstraint(grammar: [0xFF], vocabulary: Constraints.vocabulary)
        }
        expectError(.malformed, "UTF-8") {
            try OutputConstraint(
                jsonSchema: [0x22, 0xFF, 0x22], vocabulary: Constraints.vocabulary)
        }
    }
}
