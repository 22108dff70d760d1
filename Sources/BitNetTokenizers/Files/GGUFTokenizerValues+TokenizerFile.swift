extension GGUFTokenizerValues {
    /// What a GGUF file says of the tokenizer of a Hugging Face `tokenizer.json`.
    ///
    /// Of an added token's options only `special` has a place in GGUF; see
    /// ``tokensWithLostOptions(tokenizerJSON:)``.
    ///
    /// Throws a ``TokenizerError`` for files that ``Tokenizer/fromTokenizerJSON(_:configuration:)``
    /// refuses.
    ///
    /// - Parameters:
    ///   - json: The bytes of `tokenizer.json`.
    ///   - configuration: The `tokenizer_config.json` beside it, if there is one.
    ///   - count: The number of rows of the model's embedding; filler tokens make up for missing
    ///     ones.
    public static func fromTokenizerJSON(
        _ json: [UInt8], configuration: TokenizerConfigurationFile?, count: Int
    ) throws(TokenizerError) -> GGUFTokenizerValues {
        let tokenizer = try Tokenizer.fromTokenizerJSON(json, configuration: configuration)
        guard tokenizer.vocabularyCount <= count else {
            throw TokenizerError(
                code: .inconsistentVocabulary, place: TokenizerFile.name,
                found: "\(tokenizer.vocabularyCount) tokens",
                expected: "at most \(count), the rows of the model's embedding")
        }
        var values = try TokenizerFile(json).ggufValues(count: count)
        values.beginningOfText = tokenizer.beginningOfText
        values.endOfText = tokenizer.endOfText
        values.endOfTurn = tokenizer.token(named: "<|eot_id|>")
        values.addsBeginningOfText = tokenizer.addsBeginningOfText
        values.chatTemplate = configuration?.chatTemplate
        return values
    }

    /// The added tokens of a `tokenizer.json` with options that GGUF has no place for: white space
    /// that belongs to them (`lstrip`, `rstrip`), or that they must be whole words (`single_word`).
    public static func tokensWithLostOptions(
        tokenizerJSON json: [UInt8]
    ) throws(TokenizerError) -> [String] {
        try TokenizerFile(json).added
            .filter { $0.takesSpaceBefore || $0.takesSpaceAfter || $0.isWholeWord }
            .map { String(decoding: $0.content, as: UTF8.self) }
    }
}

extension TokenizerFile {
    /// Family, tokens, types and merges or scores, in GGUF's spelling.
    fileprivate func ggufValues(count: Int) throws(TokenizerError) -> GGUFTokenizerValues {
        var (tokens, types) = try ggufTokens(count: count)
        switch pipeline.family {
        case .byteLevel(let pattern, _):
            var values = GGUFTokenizerValues(model: "gpt2", tokens: tokens)
            values.pre = pattern.ggufName
            values.merges = mergeLines()
            values.tokenTypes = types
            return values
        case .sentencePiece(let prefix, _):
            let unknown = try model.optionalString("unk_token", in: "\(Self.name): model")
            if let unknown,
                let id = (0..<tokens.count).first(where: {
                    tokens[$0].elementsEqual(unknown.utf8)
                })
            {
                types[id] = 2
            }
            var values = GGUFTokenizerValues(model: "llama", tokens: tokens)
            values.scores = scores(tokens, types)
            values.addsSpacePrefix = prefix != .never
            values.tokenTypes = types
            values.unknown = types.firstIndex(of: 2).map { TokenID($0) }
            return values
        }
    }

    /// The tokens as they are written, and their types: 1 text, 3 control, 4 user-defined,
    /// 5 unused, 6 byte.
    private func ggufTokens(count: Int) throws(TokenizerError) -> (PackedStrings, [Int32]) {
        var texts = [[UInt8]?](repeating: nil, count: count)
        var types = [Int32](repeating: 5, count: count)
        for (key, value) in try model.required("vocab", .object, in: "\(Self.name): model").members
        {
            let id = Int(try Self.id(value, "\(Self.name): model.vocab"))
            texts[id] = key.utf8
            let isByte =
                pipeline.spelling.isLowerBlocks && byteOfByteToken(texts[id]?[...] ?? []) != nil
            types[id] = isByte ? 6 : 1
        }
        for token in added {
            texts[Int(token.id)] = token.content
            types[Int(token.id)] = token.isSpecial ? 3 : 4
        }
        var tokens = PackedStrings()
        for (id, text) in texts.enumerated() { tokens.append(text ?? Array("[PAD\(id)]".utf8)) }
        return (tokens, types)
    }

    /// The merges as `left right`, in the spelling of the file.
    private func mergeLines() -> PackedStrings {
        var lines = PackedStrings()
        for item in model.member("merges")?.elements.map({ $0 }) ?? [] {
            if let line = item.utf8 {
                lines.append(line)
            } else {
                lines.append(item.elements.compactMap(\.utf8).joined(separator: [0x20]).map { $0 })
            }
        }
        return lines
    }

    /// Scores that put the tokens of text in the order of their first merge, those without a merge
    /// behind; 0 for the others.
    private func scores(_ tokens: PackedStrings, _ types: [Int32]) -> [Float] {
        var ids: [[UInt8]: Int] = [:]
        for id in 0..<tokens.count { ids[Array(tokens[id])] = id }
        var scores = [Float](repeating: 0, count: tokens.count)
        var isScored = [Bool](repeating: false, count: tokens.count)
        var rank: Float = 0
        let lines = mergeLines()
        for index in 0..<lines.count {
            let text = lines[index].filter { $0 != 0x20 }
            guard let id = ids[text], !isScored[id] else { continue }
            scores[id] = -rank
            isScored[id] = true
            rank += 1
        }
        for id in 0..<tokens.count where types[id] == 1 && !isScored[id] {
            scores[id] = -rank
            rank += 1
        }
        return scores
    }
}

extension TokenSpelling {
    fileprivate var isLowerBlocks: Bool { if case .lowerBlocks = self { true } else { false } }
}

extension SplitPattern {
    /// The pattern's name in `tokenizer.ggml.pre`.
    var ggufName: String {
        switch self {
        case .llama3: "llama-bpe"
        case .qwen2: "qwen2"
        case .gpt2: "gpt-2"
        }
    }
}
