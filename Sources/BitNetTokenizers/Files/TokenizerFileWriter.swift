/// Writes the tokenizer of a GGUF file as Hugging Face's `tokenizer.json` and its configuration.
public struct TokenizerFileWriter {
    private let values: GGUFTokenizerValues
    private let types: [GGUFTokenizerReader.TokenType]
    private let tokenizer: Tokenizer

    /// Throws a ``TokenizerError`` if the values make no tokenizer, or for a SentencePiece
    /// vocabulary, whose scores `tokenizer.json` has no place for.
    public init(_ values: GGUFTokenizerValues) throws(TokenizerError) {
        guard values.model == "gpt2" else {
            throw GGUFTokenizerReader.problem(
                .unsupported, "model", "\"\(values.model)\"",
                "\"gpt2\": only byte-level vocabularies can be written as tokenizer.json")
        }
        self.values = values
        tokenizer = try Tokenizer.fromGGUF(values)
        types = try GGUFTokenizerReader(values).types
    }

    private var pattern: SplitPattern {
        switch values.pre {
        case "qwen2": .qwen2
        case "gpt-2": .gpt2
        default: .llama3
        }
    }

    /// The bytes of `tokenizer.json`.
    public func tokenizerJSON() -> [UInt8] {
        let modern = pattern == .llama3
        let normalizer = pattern == .qwen2 ? #"{"type":"NFC"}"# : "null"
        let byteLevel = #""type":"ByteLevel","add_prefix_space":false,"trim_offsets":true"#
        return Array(
            """
            {"version":"1.0","truncation":null,"padding":null,"added_tokens":[\(addedTokens)],
            "normalizer":\(normalizer),
            "pre_tokenizer":{"type":"Sequence","pretokenizers":[
            {"type":"Split","pattern":{"Regex":\(Self.quoted(pattern.rawValue))},\
            "behavior":"Isolated","invert":false},
            {\(byteLevel),"use_regex":false}]},
            "post_processor":\(postProcessor),
            "decoder":{\(byteLevel),"use_regex":true},
            "model":{"type":"BPE","dropout":null,"unk_token":null,\
            "continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":false,\
            "byte_fallback":false,"ignore_merges":\(modern),
            "vocab":{\(vocabulary)},
            "merges":[\(merges)]}}

            """.utf8)
    }

    /// The bytes of `tokenizer_config.json`.
    public func configurationJSON() -> [UInt8] {
        var members = [#""tokenizer_class":"PreTrainedTokenizerFast""#]
        func add(_ key: String, _ id: TokenID?) {
            guard let id else { return }
            members.append("\"\(key)\":\(Self.quoted(text(Int(id))))")
        }
        add("bos_token", tokenizer.beginningOfText)
        add("eos_token", tokenizer.endOfText)
        members.append("\"add_bos_token\":\(tokenizer.addsBeginningOfText)")
        if let template = values.chatTemplate {
            members.append("\"chat_template\":\(Self.quoted(template))")
        }
        members.append(#""clean_up_tokenization_spaces":false"#)
        return Array("{\(members.joined(separator: ",\n"))}\n".utf8)
    }

    /// Tokens of text are the model's; control and user-defined ones are added to them.
    private func isAdded(_ id: Int) -> Bool {
        switch types[id] {
        case .control, .userDefined, .unknown: true
        case .undefined, .text, .byte, .unused: false
        }
    }

    private func text(_ id: Int) -> String { String(decoding: values.tokens[id], as: UTF8.self) }

    private var addedTokens: String {
        types.indices.filter(isAdded).map { id in
            "{\"id\":\(id),\"content\":\(Self.quoted(text(id))),\"single_word\":false,"
                + "\"lstrip\":false,\"rstrip\":false,\"normalized\":false,"
                + "\"special\":\(types[id] != .userDefined)}"
        }.joined(separator: ",\n")
    }

    private var vocabulary: String {
        types.indices.filter { !isAdded($0) }.map { "\(Self.quoted(text($0))):\($0)" }
            .joined(separator: ",\n")
    }

    private var merges: String {
        let lines = values.merges ?? PackedStrings()
        return (0..<lines.count).map { Self.quoted(String(decoding: lines[$0], as: UTF8.self)) }
            .joined(separator: ",\n")
    }

    private var postProcessor: String {
        guard tokenizer.addsBeginningOfText, let id = tokenizer.beginningOfText else {
            return "null"
        }
        let name = Self.quoted(text(Int(id)))
        func token(_ type: Int) -> String {
            "{\"SpecialToken\":{\"id\":\(name),\"type_id\":\(type)}}"
        }
        func sequence(_ name: String, _ type: Int) -> String {
            "{\"Sequence\":{\"id\":\"\(name)\",\"type_id\":\(type)}}"
        }
        let first = "\(token(0)),\(sequence("A", 0))"
        return "{\"type\":\"TemplateProcessing\",\"single\":[\(first)],"
            + "\"pair\":[\(first),\(token(1)),\(sequence("B", 1))],"
            + "\"special_tokens\":{\(name):{\"id\":\(name),\"ids\":[\(id)],\"tokens\":[\(name)]}}}"
    }

    /// `text` as a JSON string.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
