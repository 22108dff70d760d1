import BitNetTokenizers
import Testing

/// The JSON reader.
struct JSONDocumentTests {
    private func root(_ json: String) throws(TokenizerError) -> JSONValue {
        try JSONDocument(Array(json.utf8), file: "test").root
    }

    @Test func readsValuesOfEveryKind() throws {
        let root = try root(
            #" {"a":[1,-20,3.5e+2],"b":{"c":true,"d":false},"e":null,"f":"g","a b":{}} "#)
        let numbers = try #require(root.member("a"))
        #expect(numbers.elements.map(\.integer) == [1, -20, nil])
        #expect(numbers.elementCount == 3)
        #expect(root.member("b")?.member("c")?.bool == true)
        #expect(root.member("b")?.member("d")?.bool == false)
        #expect(root.member("e")?.isNull == true)
        #expect(root.member("f")?.string == "g")
        #expect(root.members.map { $0.key.string } == ["a", "b", "e", "f", "a b"])
        #expect(root.member("c") == nil)
    }

    @Test(arguments: [
        (#""""#, ""), (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{C}\n\r\t"),
        (#""\u00e9\u4E2D""#, "é中"), (#""\ud83d\uDE00!""#, "😀!"), (#""\u0000""#, "\0"),
        (#""é中😀""#, "é中😀"),
    ])
    func readsStrings(_ json: String, _ expected: String) throws {
        #expect(try root(json).utf8 == Array(expected.utf8))
    }

    @Test func takesTheLastOfRepeatedKeys() throws {
        #expect(try root(#"{"a":1,"a":2}"#).member("a")?.integer == 2)
    }

    @Test func refusesIntegersThatDoNotFit() throws {
        #expect(try root("9223372036854775807").integer == .max)
        #expect(try root("9223372036854775808").integer == nil)
        #expect(try root("1000000000000000019884624838656").integer == nil)
        #expect(try root("1e5").integer == nil)
    }

    @Test(arguments: [
        ("", 0), ("{", 1), ("[1,", 3), ("[1,]", 3), ("[,1]", 1), ("[1 2]", 3), ("{1:2}", 1),
        (#"{"a" 1}"#, 5), (#"{"a":1,}"#, 7), (#""abc"#, 4), (#""\x""#, 2), (#""\ud800""#, 7),
        (#""\ud800\n""#, 8), (#""\ud800\u0041""#, 13), (#""\udc00""#, 7), (#""\u12g4""#, 5),
        ("\"\n\"", 1), ("tru", 3), ("nul!", 3), ("01", 1), ("-", 1), ("1.", 2), ("1e", 2),
        (".5", 0), ("+1", 0), ("1 1", 2), ("[1}", 2), ("]", 0), ("\u{FEFF}1", 0),
    ])
    func saysWhereAMistakeIs(_ json: String, _ offset: Int) throws {
        let error = #expect(throws: TokenizerError.self) { try root(json) }
        #expect(error?.code == .malformedJSON)
        #expect(error?.byteOffset == offset)
        #expect(error?.place == "test")
    }

    @Test func refusesTextThatIsNotUTF8() {
        let error = #expect(throws: TokenizerError.self) {
            try JSONDocument([0x22, 0x61, 0xC3, 0x22], file: "test")
        }
        #expect(error?.byteOffset == 2)
    }

    @Test func limitsTheDepth() throws {
        let depth = JSONDocument.greatestDepth
        let deepest = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(try root(deepest).kind == .array)
        for opening in ["[", #"{"a":"#] {
            let error = #expect(throws: TokenizerError.self) {
                try root(String(repeating: opening, count: 1_000_000))
            }
            #expect(error?.code == .limitExceeded)
        }
    }

    @Test func refusesEveryTruncation() throws {
        let json = Array(#"{"a":[1,{"b":"\u00e9é"}],"c":-1.5e3,"d":null}"#.utf8)
        #expect(try JSONDocument(json, file: "test").root.kind == .object)
        for count in 0..<json.count {
            #expect(throws: TokenizerError.self) {
                try JSONDocument(Array(json[..<count]), file: "test")
            }
        }
    }
}
