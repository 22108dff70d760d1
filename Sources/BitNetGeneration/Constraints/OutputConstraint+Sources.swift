extension OutputConstraint {
    /// Texts that are JSON and satisfy a JSON Schema, written as JSON.
    ///
    /// The keywords that are honoured are listed on the page Structured output; others that limit
    /// values are refused with their place. Costs up to a second for the largest schemas, mostly
    /// some milliseconds.
    public convenience init(
        jsonSchema: some Sequence<UInt8>, vocabulary: ConstraintVocabulary
    ) throws(ConstraintError) {
        try self.init(SchemaCompiler.grammar(of: Array(jsonSchema)), vocabulary)
    }

    /// Texts that satisfy a JSON Schema.
    public convenience init(
        jsonSchema: String, vocabulary: ConstraintVocabulary
    ) throws(ConstraintError) {
        try self.init(jsonSchema: jsonSchema.utf8, vocabulary: vocabulary)
    }

    /// Texts that the rule `root` of a grammar in llama.cpp's GBNF matches.
    public convenience init(
        grammar: some Sequence<UInt8>, vocabulary: ConstraintVocabulary
    ) throws(ConstraintError) {
        try self.init(GBNFParser.parse(Array(grammar)), vocabulary)
    }

    /// Texts that the rule `root` of a grammar matches.
    public convenience init(
        grammar: String, vocabulary: ConstraintVocabulary
    ) throws(ConstraintError) {
        try self.init(grammar: grammar.utf8, vocabulary: vocabulary)
    }

    /// JSON objects of any shape.
    public static func jsonObject(
        vocabulary: ConstraintVocabulary
    ) throws(ConstraintError) -> OutputConstraint {
        try OutputConstraint(jsonSchema: #"{"type": "object"}"#, vocabulary: vocabulary)
    }

    /// Texts that a regular expression matches from the beginning to the end.
    public static func regex(
        _ pattern: String, vocabulary: ConstraintVocabulary
    ) throws(ConstraintError) -> OutputConstraint {
        let place = "the pattern"
        let node = try RegexParser.parse(Array(pattern.utf8), place: place)
        guard let whole = node.matching else {
            throw ConstraintError(
                .unsupported, place: place, found: "an anchor inside a pattern",
                expected: "anchors at the beginning or the end of an alternative")
        }
        var grammar = Grammar()
        _ = grammar.add(place, place: place, .expression(whole.expression { .scalar($0) }))
        return try OutputConstraint(grammar, vocabulary)
    }

    /// One of some texts.
    public static func choices(
        _ choices: [String], vocabulary: ConstraintVocabulary
    ) throws(ConstraintError) -> OutputConstraint {
        var grammar = Grammar()
        let texts = choices.map { GrammarExpression.bytes(Array($0.utf8)) }
        _ = grammar.add("the choices", .expression(.choice(texts)))
        return try OutputConstraint(grammar, vocabulary)
    }
}
