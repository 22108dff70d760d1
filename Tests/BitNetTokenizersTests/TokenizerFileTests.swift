import BitNetTokenizers
import Testing

/// `tokenizer.json` and `tokenizer_config.json`: what is read, and what is refused.
struct TokenizerFileTests {
    /// The parts of a small but whole file, each as JSON text.
    private static let parts = [
        "added_tokens": #"[{"id":4,"content":"<s>","special":true}]"#,
        "normalizer": "null",
        "pre_tokenizer": #"{"type":"ByteLevel","add_prefix_space":false,"use_regex":true}"#,
        "decoder": #"{"type":"ByteLevel"}"#,
        "post_processor": "null",
        "model": #"{"type":"BPE","vocab":{"a":0,"b":1,"ab":2,"Ġ":3},"merges":["a b"]}"#,
    ]

    private func file(_ changes: [String: String] = [:]) -> [UInt8] {
        let parts = Self.parts.merging(changes) { $1 }
        let members = parts.map { "\"\($0.key)\":\($0.value)" }
        return Array("{\(members.joined(separator: ","))}".utf8)
    }

    private func error(_ changes: [String: String]) -> TokenizerError? {
        #expect(throws: TokenizerError.self) {
            try Tokenizer.fromTokenizerJSON(file(changes), configuration: nil)
        }
    }

    @Test func readsASmallFile() throws {
        let tokenizer = try Tokenizer.fromTokenizerJSON(file(), configuration: nil)
        #expect(tokenizer.vocabularyCount == 5)
        #expect(tokenizer.encode("ab a<s>") == [2, 3, 0, 4])
        #expect(tokenizer.beginningOfText == 4)
        #expect(!tokenizer.addsBeginningOfText)
        #expect(tokenizer.endOfText == nil)
        #expect(tokenizer.endOfGeneration == [])
        #expect(tokenizer.chatTemplate == nil)
    }

    @Test func readsMergesAsPairs() throws {
        let model = #"{"vocab":{"a":0,"b":1,"ab":2},"merges":[["a","b"]]}"#
        let tokenizer = try Tokenizer.fromTokenizerJSON(
            file(["model": model]), configuration: nil)
        #expect(tokenizer.encode("ab") == [2])
    }

    @Test func takesTheConfigurationBeforeTheFile() throws {
        let json = #"{"bos_token":{"content":"a"},"eos_token":"b","add_bos_token":true}"#
        let tokenizer = try Tokenizer.fromTokenizerJSON(
            file(), configuration: TokenizerConfigurationFile(json: Array(json.utf8)))
        #expect(tokenizer.beginningOfText == 0)
        #expect(tokenizer.endOfText == 1)
        #expect(tokenizer.endOfGeneration == [1])
        #expect(tokenizer.addsBeginningOfText)
    }

    @Test func findsTheTokenThatTheTemplateAdds() throws {
        let template = #"""
            {"type":"Sequence","processors":[{"type":"ByteLevel"},{"type":"TemplateProcessing",
            "single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A"}}]}]}
            """#
        let tokenizer = try Tokenizer.fromTokenizerJSON(
            file(["post_processor": template]), configuration: nil)
        #expect(tokenizer.addsBeginningOfText)
    }

    @Test func refusesAnUnknownPatternAndQuotesIt() throws {
        let pattern = #"{"type":"Split","pattern":{"Regex":"\\w+"},"behavior":"Isolated"}"#
        let problem = try #require(error(["pre_tokenizer": pattern]))
        #expect(problem.code == .unsupported)
        #expect(problem.description.contains(#"\w+"#))
    }

    @Test(arguments: [
        ("model", #"{"type":"WordPiece","vocab":{},"merges":[]}"#, "WordPiece"),
        ("model", #"{"vocab":{},"merges":[],"end_of_word_suffix":"</w>"}"#, "</w>"),
        ("model", #"{"vocab":{},"merges":[],"dropout":0.1}"#, "0.1"),
        ("normalizer", #"{"type":"Lowercase"}"#, "Lowercase"),
        ("pre_tokenizer", #"{"type":"Whitespace"}"#, "Whitespace"),
        ("decoder", #"{"type":"WordPiece"}"#, "WordPiece"),
        ("post_processor", #"{"type":"BertProcessing"}"#, "BertProcessing"),
    ])
    func refusesWhatItDoesNotKnowByName(_ key: String, _ value: String, _ name: String) throws {
        let problem = try #require(error([key: value]))
        #expect(problem.code == .unsupported)
        #expect(problem.found.contains(name))
        #expect(problem.place.contains(key))
    }

    @Test(arguments: [
        ("model", "null"), ("model", "[]"), ("model", "{}"), ("model", #"{"vocab":{}}"#),
        ("model", #"{"vocab":[],"merges":[]}"#), ("model", #"{"vocab":{"a":-1},"merges":[]}"#),
        ("model", #"{"vocab":{"a":2147483648},"merges":[]}"#),
        ("model", #"{"vocab":{"a":99999999999999999999},"merges":[]}"#),
        ("model", #"{"vocab":{"a":4194304},"merges":[]}"#),
        ("model", #"{"vocab":{"a":1.5},"merges":[]}"#),
        ("model", #"{"vocab":{"a":"1"},"merges":[]}"#),
        ("model", #"{"vocab":{"a":0,"b":0},"merges":[]}"#),
        ("model", #"{"vocab":{"a":0},"merges":["a b"]}"#),
        ("model", #"{"vocab":{"a":0,"b":1},"merges":["a b"]}"#),
        ("model", #"{"vocab":{"a":0},"merges":["a"]}"#),
        ("model", #"{"vocab":{"a":0},"merges":[["a"]]}"#),
        ("model", #"{"vocab":{"a":0},"merges":[["a",1]]}"#),
        ("model", #"{"vocab":{"a":0},"merges":[["a","a","a"]]}"#),
        ("model", #"{"vocab":{"a":0},"merges":[1]}"#),
        ("model", #"{"vocab":{"a":0},"merges":[],"unk_token":"?"}"#),
        ("model", #"{"vocab":{"a":0},"merges":[],"ignore_merges":1}"#),
        ("added_tokens", "{}"), ("added_tokens", "[1]"), ("added_tokens", #"[{"id":1}]"#),
        ("added_tokens", #"[{"id":-1,"content":"x"}]"#),
        ("added_tokens", #"[{"id":1,"content":"x","special":"no"}]"#),
        ("post_processor", #"{"type":"TemplateProcessing"}"#), ("pre_tokenizer", "null"),
        ("pre_tokenizer", "7"),
    ])
    func refusesWrongValues(_ key: String, _ value: String) {
        #expect(error([key: value]) != nil)
    }

    @Test func refusesEveryTruncation() {
        let whole = file()
        for count in 0..<whole.count {
            #expect(throws: TokenizerError.self) {
                try Tokenizer.fromTokenizerJSON(Array(whole[..<count]), configuration: nil)
            }
        }
    }

    @Test func readsTheChatTemplates() throws {
        let single = try TokenizerConfigurationFile(json: Array(#"{"chat_template":"T"}"#.utf8))
        #expect(single.chatTemplate == "T")
        let json = #"""
            {"bos_token":null,"chat_template":[{"name":"tool_use","template":"U"},
            {"name":"default","template":"D"}]}
            """#
        let several = try TokenizerConfigurationFile(json: Array(json.utf8))
        #expect(several.beginningOfText == nil)
        #expect(several.chatTemplates.map(\.name) == ["tool_use", "default"])
        #expect(several.chatTemplate == "D")
    }

    @Test(arguments: [
        "", "[]", #"{"bos_token":1}"#, #"{"eos_token":{}}"#, #"{"add_bos_token":"yes"}"#,
        #"{"chat_template":1}"#, #"{"chat_template":[{"name":"x"}]}"#,
    ])
    func refusesAWrongConfiguration(_ json: String) {
        #expect(throws: TokenizerError.self) {
            try TokenizerConfigurationFile(json: Array(json.utf8))
        }
    }
}
