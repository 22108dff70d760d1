extension GGUFTokenizerReader {
    /// A split pattern, and what the vocabularies that use it have in common.
    private struct Dialect {
        var pattern: SplitPattern
        var ignoresMerges = false
        var composes = false
        var addsBeginningOfText = false

        static let llama3 = Dialect(
            pattern: .llama3, ignoresMerges: true, addsBeginningOfText: true)
        static let qwen2 = Dialect(pattern: .qwen2, composes: true)
        static let gpt2 = Dialect(pattern: .gpt2)
    }

    func byteLevelParts() throws(TokenizerError) -> TokenizerParts {
        let dialect = try dialect()
        let (vocabulary, byteTokens) = byteLevelVocabulary()
        let added = added
        let beginning =
            values.beginningOfText
            ?? WellKnownTokens.first(of: WellKnownTokens.beginningOfText, in: added)
        let encoder = ByteLevelEncoder(
            vocabulary: vocabulary, merges: try byteLevelMerges(vocabulary),
            splitter: TextSplitter(pattern: dialect.pattern),
            fallback: Fallback(
                byteTokens: byteTokens, unknown: values.unknown, fusesUnknown: false),
            ignoresMerges: dialect.ignoresMerges, composes: dialect.composes,
            addsPrefixSpace: false)
        return TokenizerParts(
            vocabulary: vocabulary, added: added, encoder: .byteLevel(encoder),
            stripsLeadingSpace: false, beginningOfText: beginning,
            endOfText: values.endOfText
                ?? WellKnownTokens.first(of: WellKnownTokens.endOfText, in: added),
            endOfTurn: values.endOfTurn,
            addsBeginningOfText: values.addsBeginningOfText ?? dialect.addsBeginningOfText,
            chatTemplate: values.chatTemplate)
    }

    private func dialect() throws(TokenizerError) -> Dialect {
        switch values.pre {
        case nil, "default", "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon_e":
            return .llama3
        case "qwen2": return .qwen2
        case "gpt-2": return .gpt2
        case .some(let name):
            throw Self.problem(
                .unsupported, "pre", "\"\(name)\"",
                "llama-bpe, llama3, llama-v3, falcon3, falcon_e, qwen2, gpt-2, default, or no value"
            )
        }
    }

    private func byteLevelVocabulary() -> (Vocabulary, byteTokens: [TokenID]) {
        var builder = VocabularyBuilder(spelling: .byteAlphabet, count: types.count)
        for (id, type) in types.enumerated() {
            switch type {
            case .undefined, .text, .byte: builder.appendText(values.tokens[id])
            case .unused: builder.appendText(values.tokens[id], isSearchable: false)
            case .control, .userDefined, .unknown: builder.appendControl(values.tokens[id])
            }
        }
        return builder.finish()
    }

    private func byteLevelMerges(_ vocabulary: Vocabulary) throws(TokenizerError) -> MergeTable {
        guard let merges = values.merges else {
            throw Self.problem(.missingValue, "merges", "nothing", "the list of merges")
        }
        var builder = MergeTableBuilder(
            vocabulary: vocabulary, spelling: .byteAlphabet,
            place: "GGUF metadata: tokenizer.ggml.merges", capacity: merges.count)
        for index in 0..<merges.count { try builder.add(merges[index]) }
        return try builder.finish()
    }
}
