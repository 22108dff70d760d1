/// Collects the tokens of a file in the order of their ids.
struct VocabularyBuilder {
    let spelling: TokenSpelling
    private var tokens = PackedStrings()
    private var isSearchable: [Bool] = []
    private var byteTokens = [TokenID](repeating: -1, count: 256)
    private var buffer: [UInt8] = []

    init(spelling: TokenSpelling, count: Int) {
        self.spelling = spelling
        tokens.reserveCapacity(strings: count, bytes: 8 * count)
        isSearchable.reserveCapacity(count)
    }

    /// Adds a token of text, written in the spelling of the file.
    mutating func appendText(_ text: ArraySlice<UInt8>, isSearchable searchable: Bool = true) {
        if case .lowerBlocks = spelling, let byte = byteOfByteToken(text) {
            appendByte(byte)
            return
        }
        buffer.removeAll(keepingCapacity: true)
        spelling.append(text, to: &buffer)
        tokens.append(buffer)
        isSearchable.append(searchable)
    }

    /// Adds a token that stands for one byte and is used only where nothing else fits.
    mutating func appendByte(_ byte: UInt8) {
        if byteTokens[Int(byte)] < 0 { byteTokens[Int(byte)] = TokenID(tokens.count) }
        tokens.append(CollectionOfOne(byte))
        isSearchable.append(false)
    }

    /// Adds a token that is written without the byte alphabet and never found by its bytes.
    mutating func appendControl(_ text: ArraySlice<UInt8>) {
        switch spelling {
        case .byteAlphabet: tokens.append(text)
        case .lowerBlocks: tokens.append(replacingLowerBlocks(text))
        }
        isSearchable.append(false)
    }

    /// The vocabulary, and the token of each byte (-1 for none).
    func finish() -> (Vocabulary, byteTokens: [TokenID]) {
        let vocabulary = Vocabulary(tokens: tokens.compacted(), isSearchable: isSearchable)
        guard case .byteAlphabet = spelling else { return (vocabulary, byteTokens) }
        let single = (0...255).map { vocabulary.find([UInt8($0)], 0..<1) }
        return (vocabulary, single)
    }
}
