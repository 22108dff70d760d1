import BitNetGeneration
import BitNetTokenizers

/// A schema, a grammar, a pattern or a list of choices to check, and what it is called.
struct ConstraintItem {
    enum Source {
        case schema([UInt8])
        case grammar([UInt8])
        case pattern(String)
        case choices([String])
    }

    let name: String
    let source: Source
    /// What the texts follow.
    var prompt = ""

    /// The items of lines such as `{"id": "a", "schema": {…}}`; the keys are `schema`, `grammar`,
    /// `pattern` and `choices`, of which each line has one.
    static func read(_ bytes: [UInt8], file: String) throws -> [ConstraintItem] {
        var items: [ConstraintItem] = []
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.allSatisfy({ $0 <= 0x20 }) {
            let place = "\(file), line \(index + 1)"
            let value = try JSONDocument(Array(line), file: place).root
            guard let source = source(of: value) else {
                throw CommandFailure(
                    "\(place): expected an object with one of the keys schema, grammar, pattern "
                        + "and choices")
            }
            let name = value.member("id")?.string ?? "\(index + 1)"
            let prompt = value.member("prompt")?.string ?? ""
            items.append(ConstraintItem(name: name, source: source, prompt: prompt))
        }
        return items
    }

    private static func source(of value: JSONValue) -> Source? {
        if let schema = value.member("schema") { return .schema(JSONText.source(schema)) }
        if let grammar = value.member("grammar")?.utf8 { return .grammar(grammar) }
        if let pattern = value.member("pattern")?.string { return .pattern(pattern) }
        guard let choices = value.member("choices"), choices.kind == .array else { return nil }
        return .choices(choices.elements.compactMap(\.string))
    }

    /// Compiles it.
    func compile(_ vocabulary: ConstraintVocabulary) throws(ConstraintError) -> OutputConstraint {
        switch source {
        case .schema(let text): try OutputConstraint(jsonSchema: text, vocabulary: vocabulary)
        case .grammar(let text): try OutputConstraint(grammar: text, vocabulary: vocabulary)
        case .pattern(let text): try .regex(text, vocabulary: vocabulary)
        case .choices(let texts): try .choices(texts, vocabulary: vocabulary)
        }
    }
}

private enum JSONText {
    /// A value as it stands in its document, quotation marks of a string included.
    static func source(_ value: JSONValue) -> [UInt8] {
        value.kind == .string ? [0x22] + value.source + [0x22] : Array(value.source)
    }
}
