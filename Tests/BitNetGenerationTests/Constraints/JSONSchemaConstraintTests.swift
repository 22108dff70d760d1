import BitNetGeneration
import Testing

/// What schemas allow and forbid, keyword by keyword.
struct JSONSchemaConstraintTests {
    struct Case: CustomTestStringConvertible {
        let schema: String
        let valid: [String]
        let invalid: [String]
        var testDescription: String { schema }

        init(_ schema: String, valid: [String], invalid: [String]) {
            self.schema = schema
            self.valid = valid
            self.invalid = invalid
        }
    }

    @Test(arguments: scalars + numbers + strings + lists + objects + unions)
    func allowsWhatItSays(_ example: Case) throws {
        let constraint = try Constraints.schema(example.schema)
        for text in example.valid { #expect(try constraint.accepts(text), "\(text)") }
        for text in example.invalid { #expect(try !constraint.accepts(text), "\(text)") }
    }

    static let scalars = [
        Case(
            "true", valid: ["1", "null", "{}", #"{"a": [1, "b"]}"#], invalid: ["", "nul", "[1,]"]),
        Case(#"{"type": "boolean"}"#, valid: ["true", "false"], invalid: ["1", "null", " true"]),
        Case(#"{"type": ["null", "integer"]}"#, valid: ["null", "-12"], invalid: ["1.0", "-0"]),
        Case(
            #"{"enum": ["a", 1, null, {"x": [1, 2]}]}"#,
            valid: [#""a""#, "1", "null", #"{"x":[1,2]}"#], invalid: [#""b""#, "2"]),
        Case(#"{"const": "a\n\"é"}"#, valid: [#""a\n\"é""#], invalid: [#""a\n""#]),
        Case(#"{"type": "integer", "enum": [1, 2.5, "x"]}"#, valid: ["1"], invalid: ["2.5"]),
        Case(
            #"{"type": "string", "nullable": true, "maxLength": 1}"#, valid: ["null", #""x""#],
            invalid: ["1"]),
    ]

    static let numbers = [
        Case(
            #"{"type": "integer", "minimum": -3, "maximum": 12}"#,
            valid: ["-3", "-1", "0", "9", "12"], invalid: ["-4", "13", "-0", "01", "1.0", "99"]),
        Case(
            #"{"type": "integer", "exclusiveMinimum": 5, "multipleOf": 5}"#,
            valid: ["10", "105"], invalid: ["5", "11", "0"]),
        Case(
            #"{"type": "number", "minimum": 0.25, "exclusiveMaximum": 1}"#,
            valid: ["0.25", "0.5", "0.999"], invalid: ["0.2", "1", "1.0", "0.2499", "-0.5"]),
        Case(
            #"{"type": "number", "multipleOf": 0.25, "maximum": 2}"#,
            valid: ["0.25", "1.5", "2", "-7.75"], invalid: ["0.3", "2.25", "0.125"]),
        Case(#"{"type": "number"}"#, valid: ["-1.5e+7", "0", "12"], invalid: [".5", "1.", "+1"]),
        Case(
            #"{"minimum": 1, "exclusiveMinimum": true, "type": "integer", "maximum": 2}"#,
            valid: ["2"], invalid: ["1"]),
    ]

    static let strings = [
        Case(
            #"{"type": "string"}"#,
            valid: [#""""#, #""é\u00e9\ud83d\ude00\n""#],
            invalid: [#""\ud83d""#, #""\x""#, "\"\n\"", #""a"#]),
        Case(
            #"{"type": "string", "minLength": 2, "maxLength": 3}"#,
            valid: [#""ab""#, #""é😀\n""#, #""\ud83d\ude00a""#],
            invalid: [#""a""#, #""abcd""#, #""\ud83d\ude00""#]),
        Case(
            #"{"type": "string", "pattern": "^[A-Z]{2}\\d+$"}"#,
            valid: [#""AB1""#, #""AB123""#], invalid: [#""A1""#, #""AB""#, #""ABx1""#]),
        Case(
            #"{"type": "string", "pattern": "b+"}"#, valid: [#""abc""#, #""b""#],
            invalid: [#""ac""#]),
        Case(
            #"{"type": "string", "pattern": "^(a|\"|\\\\)+$", "maxLength": 2}"#,
            valid: [#""a\"""#, #""\\""#], invalid: [#""aaa""#]),
        Case(
            #"{"type": "string", "format": "date"}"#, valid: [#""2024-12-31""#],
            invalid: [#""2024-13-01""#, #""2024-04-31""#]),
        Case(
            #"{"type": "string", "format": "uuid"}"#,
            valid: [#""123e4567-e89b-12d3-a456-426614174000""#], invalid: [#""123e4567""#]),
        Case(
            #"{"type": "string", "format": "ipv4"}"#, valid: [#""192.168.0.255""#],
            invalid: [#""192.168.0.256""#, #""01.2.3.4""#]),
        Case(#"{"type": "string", "format": "unknown"}"#, valid: [#""x""#], invalid: ["1"]),
    ]

    static let lists = [
        Case(
            #"{"type": "array", "items": {"type": "integer"}}"#,
            valid: ["[]", "[1]", "[1, 2]", "[\n  1,\n  2\n]"], invalid: ["[1,]", "[,1]", "[1  ,2]"]),
        Case(
            #"{"type": "array", "items": {"type": "null"}, "minItems": 2, "maxItems": 3}"#,
            valid: ["[null,null]", "[null,null,null]"],
            invalid: ["[]", "[null]", "[null,null,null,null]"]),
        Case(
            #"{"type": "array", "prefixItems": [{"const": 1}, {"const": 2}], "items": false}"#,
            valid: ["[]", "[1]", "[1,2]"], invalid: ["[2]", "[1,2,3]"]),
        Case(
            #"{"type": "array", "prefixItems": [{"const": 1}], "items": {"const": 0}, "minItems": 2}"#,
            valid: ["[1,0]", "[1,0,0]"], invalid: ["[1]", "[0,0]"]),
        Case(
            #"{"type": "array", "items": {"type": "integer"}, "minItems": 2000, "maxItems": 2001}"#,
            valid: ["[" + repeatElement("7", count: 2000).joined(separator: ",") + "]"],
            invalid: ["[" + repeatElement("7", count: 2002).joined(separator: ",") + "]"]),
    ]

    static let objects = [
        Case(
            #"{"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "null"}}, "required": ["b"]}"#,
            valid: [#"{"b":null}"#, #"{"a": 1, "b": null}"#, "{\n  \"a\": 1,\n  \"b\": null\n}"],
            invalid: ["{}", #"{"a":1}"#, #"{"b":null,"a":1}"#, #"{"b":null,"c":1}"#]),
        Case(
            #"{"properties": {"a": {}}, "additionalProperties": {"type": "boolean"}}"#,
            valid: ["{}", #"{"a":1}"#, #"{"a":1,"b":true,"ab":false}"#, #"{"b":true}"#],
            invalid: [#"{"b":1}"#, #"{"b":true,"a":true}"#]),
        Case(#"{"type": "object"}"#, valid: ["{}", #"{"x":{"y":[]}}"#], invalid: ["[]"]),
        Case(
            #"{"type": "object", "patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": false}"#,
            valid: ["{}", #"{"x":1,"xy":2}"#], invalid: [#"{"a":1}"#, #"{"x":true}"#]),
        Case(
            #"{"type": "object", "additionalProperties": {"type": "null"}, "minProperties": 1, "maxProperties": 2}"#,
            valid: [#"{"a":null}"#, #"{"a":null,"b":null}"#],
            invalid: ["{}", #"{"a":null,"b":null,"c":null}"#]),
        Case(
            #"{"type": "object", "properties": {"a": {}, "b": {}, "c": {}}, "minProperties": 2, "maxProperties": 2}"#,
            valid: [#"{"a":1,"c":1}"#, #"{"b":1,"c":1}"#],
            invalid: [#"{"a":1}"#, #"{"a":1,"b":1,"c":1}"#]),
        Case(
            #"{"type": "object", "propertyNames": {"pattern": "^[a-z]+$"}, "additionalProperties": {"type": "null"}}"#,
            valid: [#"{"ab":null}"#], invalid: [#"{"A":null}"#]),
    ]

    static let unions = [
        Case(
            ##"{"anyOf": [{"type": "null"}, {"type": "array", "items": {"$ref": "#"}}]}"##,
            valid: ["null", "[]", "[null, [[], null]]"], invalid: ["1", "[1]"]),
        Case(
            #"{"allOf": [{"properties": {"a": {"type": "number"}}, "required": ["a"]}, {"properties": {"a": {"minimum": 3}, "b": {}}}]}"#,
            valid: [#"{"a":3}"#, #"{"a":4.5,"b":null}"#], invalid: [#"{"a":2}"#, "{}"]),
        Case(
            #"{"type": "object", "properties": {"a": {}, "b": {}}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}"#,
            valid: [#"{"a":1}"#, #"{"b":1}"#, #"{"a":1,"b":1}"#], invalid: ["{}"]),
        Case(
            #"{"oneOf": [{"properties": {"k": {"const": "x"}, "v": {}}, "required": ["k", "v"]}, {"properties": {"k": {"const": "y"}}, "required": ["k"]}]}"#,
            valid: [#"{"k":"y"}"#, #"{"k":"x","v":1}"#], invalid: [#"{"k":"x"}"#]),
        Case(
            ##"{"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "integer", "maximum": 3, "minimum": 3}}}"##,
            valid: ["3"], invalid: ["4"]),
        Case(
            ##"{"properties": {"n": {"type": "integer"}, "next": {"$ref": "#"}}, "required": ["n"]}"##,
            valid: [#"{"n":1}"#, #"{"n":1,"next":{"n":2,"next":{"n":3}}}"#],
            invalid: [#"{"n":1,"next":{}}"#]),
    ]

    @Test func integerRangesAreExact() throws {
        for (low, high) in [(-120, 95), (0, 0), (7, 1005), (-1003, -99), (98, 102), (-5, 5)] {
            let constraint = try Constraints.schema(
                #"{"type": "integer", "minimum": \#(low), "maximum": \#(high)}"#)
            for value in -1100...1100 {
                #expect(
                    try constraint.accepts("\(value)") == (low...high).contains(value),
                    "\(value) in \(low)...\(high)")
            }
        }
    }

    @Test func decimalRangesAreExact() throws {
        for (low, high) in [("-0.35", "0.4"), ("1.05", "12.3"), ("-7", "-6.55"), ("0.09", "0.11")] {
            let constraint = try Constraints.schema(
                #"{"type": "number", "exclusiveMinimum": \#(low), "maximum": \#(high)}"#)
            let (least, most) = (Double(low) ?? 0, Double(high) ?? 0)
            for hundredths in -800...1300 {
                let cents = abs(hundredths) % 100
                let sign = hundredths < 0 ? "-" : ""
                let digits = (cents < 10 ? "0" : "") + "\(cents)"
                let text = "\(sign)\(abs(hundredths) / 100).\(digits)"
                let value = Double(text) ?? 0
                let isIn = value > least && value <= most && !(text.hasPrefix("-0.00"))
                #expect(try constraint.accepts(text) == isIn, "\(text) in \(low) to \(high)")
            }
        }
    }
}
