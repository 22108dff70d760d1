extension TokenizerFile {
    /// The tokens by id: those of the model, overlaid by the added ones.
    ///
    /// Also gives the byte tokens of a SentencePiece vocabulary, which are not searchable.
    func vocabulary() throws(TokenizerError) -> (Vocabulary, byteTokens: [TokenID]) {
        let entries = try entriesByID()
        var addedByID: [TokenID: [UInt8]] = [:]
        for token in added { addedByID[token.id] = token.content }
        let count = max(entries.count, Int(addedByID.keys.max() ?? -1) + 1)
        var builder = VocabularyBuilder(spelling: pipeline.spelling, count: count)
        var key: [UInt8] = []
        for id in 0..<count {
            key.removeAll(keepingCapacity: true)
            if id < entries.count, entries[id] >= 0 {
                let entry = JSONValue(document: root.document, index: Int(entries[id]))
                _ = entry.appendUTF8(to: &key)
                builder.appendText(key[...])
            } else if let content = addedByID[TokenID(id)] {
                builder.appendControl(content[...])
            } else {
                builder.appendControl([])
            }
        }
        return builder.finish()
    }

    /// The node of the key for each id in `model.vocab`, -1 for gaps.
    private func entriesByID() throws(TokenizerError) -> [Int32] {
        let place = "\(Self.name): model.vocab"
        var entries: [Int32] = []
        for (key, value) in try model.required("vocab", .object, in: "\(Self.name): model").members
        {
            let id = Int(try Self.id(value, place))
            while entries.count <= id { entries.append(-1) }
            guard entries[id] < 0 else {
                throw TokenizerError(
                    code: .inconsistentVocabulary, place: place,
                    found: "id \(id) twice, the second time for \(key.summary)",
                    expected: "one token for each id", byteOffset: key.byteOffset)
            }
            entries[id] = Int32(key.index)
        }
        return entries
    }

    /// The merges, given as strings with a space or as pairs.
    func merges(_ vocabulary: Vocabulary) throws(TokenizerError) -> MergeTable {
        let list = try model.required("merges", .array, in: "\(Self.name): model")
        var builder = MergeTableBuilder(
            vocabulary: vocabulary, spelling: pipeline.spelling,
            place: "\(Self.name): model.merges", capacity: list.elementCount)
        var text: [UInt8] = []
        for item in list.elements {
            text.removeAll(keepingCapacity: true)
            if item.appendUTF8(to: &text) {
                try builder.add(text[...])
            } else {
                let middle = try Self.appendPair(item, to: &text)
                try builder.add(left: text[..<middle], right: text[middle...])
            }
        }
        return try builder.finish()
    }

    /// Adds the two strings of a pair to `text` and tells where the second begins.
    private static func appendPair(
        _ item: JSONValue, to text: inout [UInt8]
    ) throws(TokenizerError) -> Int {
        var middle = 0
        var count = 0
        for part in item.elements where part.appendUTF8(to: &text) {
            count += 1
            if count == 1 { middle = text.count }
        }
        guard count == 2, item.elementCount == 2 else {
            throw item.mismatch(
                "\(name): model.merges", expected: "a string or a list of two strings")
        }
        return middle
    }
}
