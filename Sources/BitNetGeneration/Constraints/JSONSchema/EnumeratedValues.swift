internal import BitNetTokenizers

/// Leaves out those of a schema's listed values that its other keywords forbid.
struct EnumeratedValues {
    let schema: MergedSchema

    /// The texts of the values that are left, each once.
    func filter(_ values: [SchemaReference]) throws(ConstraintError) -> [[UInt8]] {
        var patterns: [ByteAutomaton] = []
        for pattern in schema.patterns {
            let place = pattern.pointer
            let node = try RegexParser.parse(pattern.value.utf8 ?? [], place: place)
            guard let whole = node.searching else {
                throw pattern.error(
                    .unsupported, expected: "anchors at the beginning or the end of an alternative")
            }
            patterns.append(
                try NamePattern.automaton(whole.expression { .scalar($0) }, place: place))
        }
        var known: Set<[UInt8]> = []
        var texts: [[UInt8]] = []
        for value in values where try isAllowed(value, patterns) {
            let text = JSONText.compact(value.value)
            if known.insert(text).inserted { texts.append(text) }
        }
        return texts
    }

    private func isAllowed(
        _ value: SchemaReference, _ patterns: [ByteAutomaton]
    ) throws(ConstraintError) -> Bool {
        switch value.value.kind {
        case .null: return allows(.null)
        case .bool: return allows(.boolean)
        case .number:
            guard let number = Decimal(value.value) else { return false }
            var range = schema.numbers
            range.isInteger = false
            let isInteger = number.fraction.isEmpty && allows(.integer)
            return (allows(.number) || isInteger) && range.contains(number)
        case .string:
            let text = value.value.utf8 ?? []
            let length = String(decoding: text, as: UTF8.self).unicodeScalars.count
            return allows(.string) && length >= schema.minimumLength
                && length <= schema.maximumLength ?? .max
                && patterns.allSatisfy { $0.matches(text) }
        case .array:
            guard schema.prefix.isEmpty, schema.items == nil else {
                throw value.error(
                    .unsupported, expected: "listed arrays without keywords for their items")
            }
            let count = value.value.elementCount
            return allows(.array) && count >= schema.minimumItems
                && count <= schema.maximumItems ?? .max
        case .object:
            let isPlain =
                schema.properties.isEmpty && schema.patternProperties.isEmpty
                && schema.additional == nil && schema.names.isEmpty
            guard isPlain else {
                throw value.error(
                    .unsupported, expected: "listed objects without keywords for their members")
            }
            return allows(.object)
        }
    }

    private func allows(_ type: SchemaType) -> Bool { schema.types?.contains(type) ?? true }
}
