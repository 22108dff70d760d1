/// BPE over characters, in the manner of SentencePiece and the Llama-2 vocabularies.
///
/// Tokens hold a space where the model's files write `▁` (U+2581), and `▁` in text counts as a
/// space, so nothing needs to be escaped.
struct SentencePieceEncoder: Sendable {
    /// When a section of text gets a space in front.
    enum Prefix: Sendable {
        case never
        /// Every section does, even one that begins with a space.
        case always
        /// Every section does that does not begin with a space.
        case unlessPresent
        /// Only the section at the beginning of the text, if it does not begin with a space.
        case firstUnlessPresent
    }

    /// Where text is cut before merging.
    enum Split: Sendable {
        case nowhere
        /// Before every space.
        case beforeSpaces
        /// Before every run of spaces.
        ///
        /// The result is that of `nowhere` if no token has a space after something else; pieces
        /// are short then.
        case beforeSpaceRuns
    }

    let vocabulary: Vocabulary
    let merges: MergeTable
    var prefix: Prefix
    let split: Split
    let fallback: Fallback

    func encode(
        _ text: [UInt8], _ section: Range<Int>, merger: inout PairMerger, into ids: inout [TokenID]
    ) {
        guard !section.isEmpty else { return }
        let prepared = prepare(text, section)
        var afterUnknown = false
        var start = 0
        while start < prepared.count {
            let end = pieceEnd(prepared, from: start)
            fill(&merger, with: prepared, start..<end)
            merger.merge(merges)
            emit(merger.symbols, of: prepared, end: end, &afterUnknown, into: &ids)
            start = end
        }
    }

    /// The section with its prefix, and with `▁` replaced by spaces.
    private func prepare(_ text: [UInt8], _ section: Range<Int>) -> [UInt8] {
        let spaced = replacingLowerBlocks(text[section])
        let needsPrefix =
            switch prefix {
            case .never: false
            case .always: true
            case .unlessPresent: spaced.first != 0x20
            case .firstUnlessPresent: spaced.first != 0x20 && section.lowerBound == 0
            }
        return needsPrefix ? [0x20] + spaced : spaced
    }

    private func pieceEnd(_ text: [UInt8], from start: Int) -> Int {
        guard split != .nowhere else { return text.count }
        var index = start + 1
        if split == .beforeSpaceRuns {
            while index < text.count, text[index] == 0x20 { index += 1 }
        }
        while index < text.count, text[index] != 0x20 { index += 1 }
        return index
    }

    private func fill(_ merger: inout PairMerger, with text: [UInt8], _ piece: Range<Int>) {
        merger.symbols.removeAll(keepingCapacity: true)
        var index = piece.lowerBound
        while index < piece.upperBound {
            let step = DecodedScalar(text, at: index, end: piece.upperBound)
            let length = step.kind == .scalar ? step.length : 1
            let id = vocabulary.find(text, index..<index + length)
            merger.symbols.append(PairMerger.Symbol(id: id, start: index))
            index += length
        }
    }

    private func emit(
        _ symbols: [PairMerger.Symbol], of text: [UInt8], end: Int, _ afterUnknown: inout Bool,
        into ids: inout [TokenID]
    ) {
        for (index, symbol) in symbols.enumerated() {
            if symbol.id >= 0 {
                ids.append(symbol.id)
                afterUnknown = false
                continue
            }
            let next = index + 1 < symbols.count ? symbols[index + 1].start : end
            let bytes = text[symbol.start..<next]
            afterUnknown = fallback.append(bytes, afterUnknown: afterUnknown, to: &ids)
        }
    }
}

/// `text` with every `▁` (U+2581) replaced by a space.
func replacingLowerBlocks(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + 1)
    var index = text.startIndex
    while index < text.endIndex {
        let isBlock =
            text[index] == 0xE2 && index + 2 < text.endIndex
            && text[index + 1] == 0x96 && text[index + 2] == 0x81
        result.append(isBlock ? 0x20 : text[index])
        index += isBlock ? 3 : 1
    }
    return result
}
