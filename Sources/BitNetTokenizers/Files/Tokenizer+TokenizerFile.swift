extension Tokenizer {
    /// Makes a tokenizer from the bytes of a Hugging Face `tokenizer.json`.
    ///
    /// Throws a ``TokenizerError`` if the file is damaged, or asks for a model, a normalizer, a
    /// split pattern or another step that this module does not know.
    ///
    /// - Parameters:
    ///   - json: The bytes of the file.
    ///   - configuration: The `tokenizer_config.json` beside it, if there is one. It says which
    ///     tokens begin and end a text, and holds the chat template.
    public static func fromTokenizerJSON(
        _ json: [UInt8], configuration: TokenizerConfigurationFile?
    ) throws(TokenizerError) -> Tokenizer {
        try TokenizerFile(json).tokenizer(configuration)
    }
}

extension TokenizerFile {
    fileprivate func tokenizer(
        _ configuration: TokenizerConfigurationFile?
    ) throws(TokenizerError) -> Tokenizer {
        let (vocabulary, byteTokens) = try vocabulary()
        let encoder = try encoder(vocabulary, byteTokens)
        let beginning =
            try token(configuration?.beginningOfText, vocabulary, "bos_token")
            ?? added.first { $0.content == pipeline.leadingToken }?.id
            ?? WellKnownTokens.first(of: WellKnownTokens.beginningOfText, in: added)
        let end =
            try token(configuration?.endOfText, vocabulary, "eos_token")
            ?? WellKnownTokens.first(of: WellKnownTokens.endOfText, in: added)
        let parts = TokenizerParts(
            vocabulary: vocabulary, added: added, encoder: encoder,
            stripsLeadingSpace: pipeline.stripsLeadingSpace, beginningOfText: beginning,
            endOfText: end, endOfTurn: nil,
            addsBeginningOfText: configuration?.addsBeginningOfText
                ?? (pipeline.leadingToken != nil),
            chatTemplate: configuration?.chatTemplate)
        return Tokenizer(TokenizerCore(parts))
    }

    /// The id of a token that the configuration names.
    private func token(
        _ name: String?, _ vocabulary: Vocabulary, _ key: String
    ) throws(TokenizerError) -> TokenID? {
        guard let name else { return nil }
        let text = Array(name.utf8)
        if let match = added.first(where: { $0.content == text }) { return match.id }
        let id = vocabulary.find(text, text.indices)
        guard id >= 0 else {
            throw TokenizerError(
                code: .inconsistentVocabulary, place: "tokenizer_config.json: \(key)",
                found: "\"\(name)\"", expected: "a token of \(Self.name)")
        }
        return id
    }

    private func encoder(
        _ vocabulary: Vocabulary, _ byteTokens: [TokenID]
    ) throws(TokenizerError) -> TextEncoder {
        let place = "\(Self.name): model"
        let usesByteTokens = try model.optionalBool("byte_fallback", in: place) ?? false
        let ignoresMerges = try model.optionalBool("ignore_merges", in: place) ?? false
        var fallback = Fallback(
            byteTokens: byteTokens, unknown: try unknownToken(vocabulary),
            fusesUnknown: try model.optionalBool("fuse_unk", in: place) ?? false)
        let merges = try merges(vocabulary)
        switch pipeline.family {
        case .byteLevel(let pattern, let addsPrefixSpace):
            return .byteLevel(
                ByteLevelEncoder(
                    vocabulary: vocabulary, merges: merges,
                    splitter: TextSplitter(pattern: pattern), fallback: fallback,
                    ignoresMerges: ignoresMerges, composes: pipeline.composes,
                    addsPrefixSpace: addsPrefixSpace))
        case .sentencePiece(let prefix, let split):
            guard !ignoresMerges else {
                throw TokenizerError(
                    code: .unsupported, place: "\(place).ignore_merges", found: "true",
                    expected: "false for a vocabulary with U+2581")
            }
            if !usesByteTokens { fallback.byteTokens = Fallback.noByteTokens }
            return .sentencePiece(
                SentencePieceEncoder(
                    vocabulary: vocabulary, merges: merges, prefix: prefix,
                    split: split == .nowhere ? vocabulary.widestExactSplit : split,
                    fallback: fallback))
        }
    }

    private func unknownToken(_ vocabulary: Vocabulary) throws(TokenizerError) -> TokenID? {
        let name = try model.optionalString("unk_token", in: "\(Self.name): model")
        return try token(name, vocabulary, "unk_token")
    }
}

extension Fallback {
    /// No token for any byte.
    static let noByteTokens = [TokenID](repeating: -1, count: 256)
}

extension Vocabulary {
    /// The finest way to cut text before merging that cannot change the result.
    ///
    /// Text may be cut before runs of spaces if no token has a space after something else.
    var widestExactSplit: SentencePieceEncoder.Split {
        for id in 0..<tokens.count {
            let token = tokens[id]
            let afterSpaces = token.drop { $0 == 0x20 }
            if afterSpaces.contains(0x20), isFindable(TokenID(id)) { return .nowhere }
        }
        return .beforeSpaceRuns
    }

    /// Whether `find` gives `id` for its own bytes.
    private func isFindable(_ id: TokenID) -> Bool {
        find(tokens.bytes, tokens.range(of: Int(id))) == id
    }
}
