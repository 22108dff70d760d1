internal import BitNetCheckpoints
internal import BitNetModels
internal import BitNetTokenizers

/// The metadata under `tokenizer.` of GGUF files, read and written.
enum GGUFTokenizerMetadata {
    /// The tokenizer's values in `metadata`; nil when the file holds no vocabulary.
    static func values(_ metadata: GGUFMetadata) throws -> GGUFTokenizerValues? {
        guard let model = try metadata.string("tokenizer.ggml.model"),
            let tokens = try metadata.strings("tokenizer.ggml.tokens")
        else { return nil }
        var values = GGUFTokenizerValues(model: model, tokens: try packed(tokens))
        values.pre = try metadata.string("tokenizer.ggml.pre")
        values.tokenTypes = try metadata.integers("tokenizer.ggml.token_type")
        values.scores = try metadata.floats("tokenizer.ggml.scores")
        values.merges = try metadata.strings("tokenizer.ggml.merges").map(packed)
        values.beginningOfText = try id(metadata, "bos_token_id")
        values.endOfText = try id(metadata, "eos_token_id")
        values.endOfTurn = try id(metadata, "eot_token_id")
        values.unknown = try id(metadata, "unknown_token_id")
        values.addsBeginningOfText = try metadata.bool("tokenizer.ggml.add_bos_token")
        values.addsSpacePrefix = try metadata.bool("tokenizer.ggml.add_space_prefix")
        values.chatTemplate = try metadata.string("tokenizer.chat_template")
        return values
    }

    private static func packed(_ table: StringTable) throws -> PackedStrings {
        try PackedStrings(bytes: table.bytes, offsets: table.offsets)
    }

    private static func id(_ metadata: GGUFMetadata, _ key: String) throws -> TokenID? {
        try metadata.integer("tokenizer.ggml.\(key)").flatMap { TokenID(exactly: $0) }
    }

    /// The pairs that say what `values` says, in the order of the published files.
    static func pairs(_ values: GGUFTokenizerValues) -> [GGUFPair] {
        var pairs = [GGUFPair("tokenizer.ggml.model", .string(values.model))]
        func add(_ key: String, _ value: GGUFValue?) {
            if let value { pairs.append(GGUFPair("tokenizer.\(key)", value)) }
        }
        func id(_ id: TokenID?) -> GGUFValue? { id.map { .uint32(UInt32(bitPattern: $0)) } }
        add("ggml.pre", values.pre.map { .string($0) })
        add("ggml.tokens", table(values.tokens))
        add("ggml.scores", values.scores.map { .float32s($0) })
        add("ggml.token_type", values.tokenTypes.map { .int32s($0) })
        add("ggml.merges", values.merges.map(table))
        add("ggml.bos_token_id", id(values.beginningOfText))
        add("ggml.eos_token_id", id(values.endOfText))
        add("ggml.eot_token_id", id(values.endOfTurn))
        add("ggml.unknown_token_id", id(values.unknown))
        add("ggml.add_bos_token", values.addsBeginningOfText.map { .bool($0) })
        add("ggml.add_space_prefix", values.addsSpacePrefix.map { .bool($0) })
        add("chat_template", values.chatTemplate.map { .string($0) })
        return pairs
    }

    private static func table(_ strings: PackedStrings) -> GGUFValue {
        .strings(StringTable(bytes: strings.bytes, offsets: strings.offsets))
    }
}
