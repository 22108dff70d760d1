extension Tokenizer {
    /// Makes a tokenizer from the metadata of a GGUF file.
    ///
    /// A file of the family `gpt2` without `tokenizer.ggml.pre` gets the split pattern of Llama 3:
    /// so is the published BitNet b1.58 2B4T.
    ///
    /// Throws a ``TokenizerError`` if the values contradict one another, or name a family or a
    /// split pattern that this module does not know.
    public static func fromGGUF(_ values: GGUFTokenizerValues) throws(TokenizerError) -> Tokenizer {
        Tokenizer(TokenizerCore(try GGUFTokenizerReader(values).parts()))
    }
}

/// Reads ``GGUFTokenizerValues``.
struct GGUFTokenizerReader {
    /// What `tokenizer.ggml.token_type` says about a token.
    enum TokenType: Int32 {
        case undefined, text, unknown, control, userDefined, unused, byte
    }

    let values: GGUFTokenizerValues
    let types: [TokenType]

    init(_ values: GGUFTokenizerValues) throws(TokenizerError) {
        self.values = values
        types = try Self.types(values)
        for (key, id) in [
            ("bos", values.beginningOfText), ("eos", values.endOfText),
            ("eot", values.endOfTurn), ("unknown", values.unknown),
        ] {
            guard let id, !(0..<values.tokens.count).contains(Int(id)) else { continue }
            throw Self.problem(
                .inconsistentVocabulary, "\(key)_token_id", "\(id)",
                "an id below \(values.tokens.count)")
        }
    }

    func parts() throws(TokenizerError) -> TokenizerParts {
        switch values.model {
        case "gpt2": return try byteLevelParts()
        case "llama": return try sentencePieceParts()
        default:
            throw Self.problem(
                .unsupported, "model", "\"\(values.model)\"", "\"gpt2\" or \"llama\"")
        }
    }

    /// The tokens that are looked for in text: control, user-defined and unknown ones.
    var added: [AddedToken] {
        types.indices.compactMap { id in
            let type = types[id]
            guard type == .control || type == .userDefined || type == .unknown else { return nil }
            return AddedToken(
                content: Array(values.tokens[id]), id: TokenID(id), isSpecial: type != .userDefined)
        }
    }

    static func problem(
        _ code: TokenizerError.Code, _ key: String, _ found: String, _ expected: String
    ) -> TokenizerError {
        TokenizerError(
            code: code, place: "GGUF metadata: tokenizer.ggml.\(key)", found: found,
            expected: expected)
    }

    /// The type of each token; without the list, the tokens with a role are control.
    private static func types(_ values: GGUFTokenizerValues) throws(TokenizerError) -> [TokenType] {
        let count = values.tokens.count
        guard let numbers = values.tokenTypes else {
            let control = [values.beginningOfText, values.endOfText, values.endOfTurn]
            return (0..<count).map { control.contains(TokenID($0)) ? .control : .text }
        }
        guard numbers.count == count else {
            throw problem(
                .inconsistentVocabulary, "token_type", "\(numbers.count) types",
                "one for each of \(count) tokens")
        }
        var types: [TokenType] = []
        types.reserveCapacity(count)
        for number in numbers {
            guard let type = TokenType(rawValue: number) else {
                throw problem(.wrongValue, "token_type", "the type \(number)", "a type from 0 to 6")
            }
            types.append(type)
        }
        return types
    }
}
