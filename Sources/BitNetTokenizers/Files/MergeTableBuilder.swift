/// Turns a list of merges, written as text, into a table of ids.
struct MergeTableBuilder {
    let vocabulary: Vocabulary
    let spelling: TokenSpelling
    /// The list's name in errors.
    let place: String
    private var merges: [Merge] = []
    private var buffer: [UInt8] = []

    init(vocabulary: Vocabulary, spelling: TokenSpelling, place: String, capacity: Int) {
        self.vocabulary = vocabulary
        self.spelling = spelling
        self.place = place
        merges.reserveCapacity(capacity)
    }

    /// Adds the next merge, written as `left right`.
    mutating func add(_ line: ArraySlice<UInt8>) throws(TokenizerError) {
        guard let space = line.firstIndex(of: 0x20) else {
            throw problem(.wrongValue, line, "two tokens with a space between them")
        }
        try add(left: line[..<space], right: line[(space + 1)...])
    }

    /// Adds the next merge.
    mutating func add(
        left: ArraySlice<UInt8>, right: ArraySlice<UInt8>
    ) throws(TokenizerError) {
        buffer.removeAll(keepingCapacity: true)
        spelling.append(left, to: &buffer)
        let middle = buffer.count
        spelling.append(right, to: &buffer)
        let hash = ByteHash(buffer, 0..<middle)
        let leftID = vocabulary.find(buffer, 0..<middle, hash)
        let result = find(continuing: hash, from: middle)
        let rightID = vocabulary.find(buffer, middle..<buffer.count)
        guard leftID >= 0, rightID >= 0, result >= 0 else {
            let line = left + [0x20] + right
            throw problem(.inconsistentVocabulary, line, "tokens of the vocabulary")
        }
        let rank = UInt32(merges.count)
        merges.append(Merge(left: leftID, right: rightID, rank: rank, result: result))
    }

    /// The token of all bytes in `buffer`, given the hash of those before `middle`.
    ///
    /// Vocabularies list the merges of one token next to each other, so the last one is tried
    /// first.
    private func find(continuing hash: ByteHash, from middle: Int) -> TokenID {
        if let last = merges.last, vocabulary.tokens[Int(last.result)].elementsEqual(buffer) {
            return last.result
        }
        var hash = hash
        hash.append(buffer, middle..<buffer.count)
        return vocabulary.find(buffer, buffer.indices, hash)
    }

    /// The table of the merges so far.
    func finish() throws(TokenizerError) -> MergeTable {
        try MergeTable(merges, tokenCount: vocabulary.tokens.count, place: place)
    }

    private func problem(
        _ code: TokenizerError.Code, _ line: ArraySlice<UInt8>, _ expected: String
    ) -> TokenizerError {
        TokenizerError(
            code: code, place: "\(place)[\(merges.count)]",
            found: "\"" + String(decoding: line.prefix(100), as: UTF8.self) + "\"",
            expected: expected)
    }
}
