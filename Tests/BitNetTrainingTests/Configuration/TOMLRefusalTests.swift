import BitNetTestSupport
import BitNetTraining
import Testing

@Suite struct TOMLRefusalTests {
    /// What is wrong, with the place and the beginning of the message.
    static let refusals: [(text: String, error: String)] = [
        ("a = 2024-01-02", "1:5: dates and times are not read, found 2024-01-02"),
        ("a = 07:32:00", "1:5: dates and times are not read"),
        ("a = {b = 1}", "1:5: inline tables {…} are not read; use [table]"),
        ("\n[[a]]\n", "2:1: lists of tables [[…]] are not read"),
        ("a = [1, [2]]", "1:9: lists in lists are not read"),
        ("a = \"\"\"x\"\"\"", "1:5: strings over several lines are not read"),
        ("a = '''x'''", "1:5: strings over several lines are not read"),
        ("a = 0x10", "1:5: expected a decimal number, found 0x10"),
        ("a = -inf", "1:5: expected a finite number, found -inf"),
        ("a = 1e999", "1:5: 1e999 is out of range"),
        ("a = 9223372036854775808", "1:5: 9223372036854775808 is out of range"),
        ("a = 012", "1:5: 012 has a zero in front"),
        ("a = 1__0", "1:5: expected a value, found 1__0"),
        ("a = 1_", "1:5: expected a value, found 1_"),
        ("a = _1", "1:5: expected a value, found _1"),
        ("a = .5", "1:5: expected a value, found .5"),
        ("a = 5.", "1:5: expected a value, found 5."),
        ("a = 1e", "1:5: expected a value, found 1e"),
        ("a = high", "1:5: expected a value, found high; text goes in quotation marks"),
        ("a = True", "1:5: expected a value, found True"),
        ("a =", "1:4: expected a value, found the end of the file"),
        ("a = # 1", "1:5: expected a value, found #"),
        ("é = 1", "1:1: expected a key of letters, digits, _ and -, or one in quotation"),
        ("a", "1:2: expected = behind the key, found the end of the file"),
        ("a b = 1", "1:3: expected = behind the key, found b"),
        ("a. = 1", "1:4: expected a key of letters"),
        ("= 1", "1:1: expected a key of letters"),
        ("a = 1 b = 2", "1:7: expected the end of the line or a comment, found b"),
        ("a = [1 2]", "1:8: expected a comma or ] in the list, found 2"),
        ("a = [1,", "1:8: expected a value, found the end of the file"),
        ("a = [,]", "1:6: expected a value, found ,"),
        ("[a", "1:3: expected ] behind the table's name"),
        ("[]", "1:2: expected a key of letters"),
        ("[a] b", "1:5: expected the end of the line"),
        ("a = \"é\nb\"", "1:7: expected the string's end in the same line"),
        ("a = \"b", "1:7: expected a closing quotation mark"),
        ("a = 'b", "1:7: expected a closing apostrophe"),
        ("a = \"\\x\"", "1:6: expected one of the escapes"),
        ("a = \"\\", "1:6: expected one of the escapes"),
        ("a = \"\\u12", "1:6: expected 4 hexadecimal digits of a character"),
        ("a = \"\\ud800\"", "1:6: expected 4 hexadecimal digits of a character"),
        ("a = \"\\U00110000\"", "1:6: expected 8 hexadecimal digits of a character"),
        ("a = \"\u{01}\"", "1:6: expected the string's end"),
        ("a = 1\rb = 2", "1:6: expected the end of the line or a comment"),
    ]

    /// Names used twice.
    static let duplicates: [(text: String, error: String)] = [
        ("a = 1\na = 2", "2:1: the key a is already set in line 1"),
        ("a = 1\n\"a\" = 2", "2:1: the key a is already set in line 1"),
        ("[t]\na = 1\n[t]\n", "3:1: the table t is already there in line 1"),
        ("a = 1\na.b = 2", "2:1: a is already a value in line 1"),
        ("a.b = 1\na = 2", "2:1: a is already a table in line 1"),
        ("a = 1\n[a]\n", "2:1: a is already a value in line 1"),
        ("a = 1\n[a.b]\n", "2:1: a is already a value in line 1"),
        ("a.b = 1\n[a]\n", "2:1: the table a is already there in line 1"),
        ("[a.b]\nc = 1\n[a]\nb.d = 2", "4:1: the table a.b is already there in line 1"),
    ]

    private func error(_ bytes: [UInt8]) -> String {
        do {
            _ = try TOMLDocument(parsing: bytes, file: "f")
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: refusals + duplicates)
    func refusedWithPlaceAndAdvice(text: String, expected: String) {
        let found = error(Array(text.utf8))
        #expect(found.hasPrefix("f:" + expected), "\(text): \(found)")
    }

    @Test func tablesMayComeInAnyOrder() throws {
        let text = "[a.b]\nc = 1\n[a]\nd = 2\n[a.e]\nf.g = 3\nf.h = 4\n[\"a.b\"]\nc = 5"
        let document = try TOMLDocument(parsing: Array(text.utf8), file: "f")
        #expect(document.keys == ["a.b.c", "a.d", "a.e.f.g", "a.e.f.h", "\"a.b\".c"])
    }

    @Test func bytesThatAreNotUTF8() {
        #expect(error(Array("a = 1\nb = \"é".utf8) + [0xFF]).hasPrefix("f:2:7: expected UTF-8"))
        #expect(error([0xC3]).hasPrefix("f:1:1: expected UTF-8"))
    }

    @Test func sizesHaveLimits() {
        let long = String(repeating: "k", count: 300)
        #expect(error(Array("\(long) = 1".utf8)).contains("found 1 parts and 300 bytes"))
        let deep = Array(repeating: "a", count: 100_000).joined(separator: ".")
        #expect(error(Array("[\(deep)]".utf8)).contains("found 100000 parts"))
        let many = (0..<5000).map { "k\($0) = 1\n" }.joined()
        #expect(error(Array(many.utf8)).contains("f:4097:1: expected at most 4096 keys"))
        let big = [UInt8](repeating: 0x23, count: TOMLDocument.greatestSize + 1)
        #expect(error(big).contains("the file has more than 1048576 bytes"))
        let open = [UInt8]("a = ".utf8) + [UInt8](repeating: 0x5B, count: 500_000)
        #expect(error(open).hasPrefix("f:1:6: lists in lists"))
    }

    /// Nothing that is read may crash, whatever is changed, cut or repeated.
    @Test func damagedFilesDoNotCrash() {
        var generator = SeededGenerator(seed: 7)
        let whole = Array(TOMLDocumentTests.example.utf8)
        for index in 0..<whole.count { _ = error(Array(whole.prefix(index))) }
        for _ in 0..<3000 {
            for mutation in Mutation.allCases {
                let damaged = mutation.apply(
                    to: whole, headerSize: whole.count - 1, using: &generator)
                _ = error(damaged)
            }
        }
        let letters = Array("[]\"'=.#\\u0 1e_-\n\r,{}a\u{0}".utf8)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...24, using: &generator)
            _ = error((0..<count).map { _ in letters.randomElement(using: &generator) ?? 0 })
        }
    }
}
