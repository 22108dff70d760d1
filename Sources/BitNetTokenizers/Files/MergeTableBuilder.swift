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
        let leftID = vocabulary.find(buffer, 0..<middle)
        let rightID = vocabulary.find(buffer, middle..<buffer.count)
        let result = vocabulary.find(buffer, buffer.indices)
        guard leftID >= 0, rightID >= 0, result >= 0 else {
            let line = left + [0x20] + right
            throw problem(.inconsistentVocabulary, line, "tokens of the vocabulary")
        }
        let rank = UInt32(merges.count)
        merges.append(Merge(left: leftID, right: rightID, rank: rank, result: result))
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
