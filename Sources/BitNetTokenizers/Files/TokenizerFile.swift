/// A Hugging Face `tokenizer.json`.
struct TokenizerFile {
    static let name = "tokenizer.json"
    /// The number of ids that a file may use: a file with larger ones would cost memory for gaps.
    static let greatestVocabulary = 1 << 22

    let root: JSONValue
    let model: JSONValue
    let pipeline: TokenizerPipeline
    let added: [AddedToken]

    init(_ json: [UInt8]) throws(TokenizerError) {
        root = try JSONDocument(json, file: Self.name).root
        guard root.kind == .object else {
            throw root.mismatch(Self.name, expected: "an object")
        }
        model = try root.required("model", .object, in: Self.name)
        try Self.checkModel(model)
        pipeline = try TokenizerPipeline(root)
        added = try Self.addedTokens(root)
    }

    /// Refuses models that are not BPE, and the options of BPE that would change the result.
    private static func checkModel(_ model: JSONValue) throws(TokenizerError) {
        let place = "\(name): model"
        if let type = model.member("type"), !type.isNull, type.string != "BPE" {
            throw type.mismatch("\(place).type", expected: "\"BPE\"", code: .unsupported)
        }
        for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
            if let text = try model.optionalString(key, in: place), !text.isEmpty {
                throw TokenizerError(
                    code: .unsupported, place: "\(place).\(key)", found: "\"\(text)\"",
                    expected: "null or an empty string")
            }
        }
        if let dropout = model.member("dropout"), !dropout.isNull, dropout.integer != 0 {
            throw dropout.mismatch("\(place).dropout", expected: "null", code: .unsupported)
        }
    }

    private static func addedTokens(_ root: JSONValue) throws(TokenizerError) -> [AddedToken] {
        guard let list = root.member("added_tokens"), !list.isNull else { return [] }
        guard list.kind == .array else {
            throw list.mismatch("\(name): added_tokens", expected: "a list")
        }
        var tokens: [AddedToken] = []
        for item in list.elements {
            let place = "\(name): added_tokens[\(tokens.count)]"
            let content = try item.required("content", .string, in: place)
            tokens.append(
                AddedToken(
                    content: content.utf8 ?? [],
                    id: try id(item.required("id", .number, in: place), place),
                    isSpecial: try item.optionalBool("special", in: place) ?? false,
                    takesSpaceBefore: try item.optionalBool("lstrip", in: place) ?? false,
                    takesSpaceAfter: try item.optionalBool("rstrip", in: place) ?? false,
                    isWholeWord: try item.optionalBool("single_word", in: place) ?? false))
        }
        return tokens
    }

    /// The id that `value` holds.
    static func id(_ value: JSONValue, _ place: String) throws(TokenizerError) -> TokenID {
        guard let id = value.integer, (0..<greatestVocabulary).contains(id) else {
            throw value.mismatch(place, expected: "an id from 0 to \(greatestVocabulary - 1)")
        }
        return TokenID(id)
    }
}
