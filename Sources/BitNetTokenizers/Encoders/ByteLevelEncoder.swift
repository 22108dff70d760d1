/// Byte-level BPE: text is cut by a pattern, each piece is merged from single bytes.
struct ByteLevelEncoder: Sendable {
    let vocabulary: Vocabulary
    let merges: MergeTable
    let splitter: TextSplitter
    let fallback: Fallback
    /// Whether a piece that is a token is taken whole, whatever the merges would give.
    let ignoresMerges: Bool
    /// Whether text is brought to Unicode normalisation form C first.
    let composes: Bool
    /// Whether text that does not begin with a space gets one.
    var addsPrefixSpace: Bool

    func encode(
        _ text: [UInt8], _ section: Range<Int>, merger: inout PairMerger, into ids: inout [TokenID]
    ) {
        guard !section.isEmpty else { return }
        let composed = composes ? CanonicalComposer.compose(text, section) : nil
        let needsSpace = addsPrefixSpace && (composed?.first ?? text[section.lowerBound]) != 0x20
        guard composed != nil || needsSpace else {
            encodePieces(text, section, merger: &merger, into: &ids)
            return
        }
        let prepared = (needsSpace ? [0x20] : []) + (composed ?? Array(text[section]))
        encodePieces(prepared, prepared.indices, merger: &merger, into: &ids)
    }

    private func encodePieces(
        _ text: [UInt8], _ section: Range<Int>, merger: inout PairMerger, into ids: inout [TokenID]
    ) {
        var start = section.lowerBound
        while start < section.upperBound {
            let end = splitter.matchEnd(in: text, from: start, end: section.upperBound)
            encodePiece(text, start..<end, merger: &merger, into: &ids)
            start = end
        }
    }

    private func encodePiece(
        _ text: [UInt8], _ piece: Range<Int>, merger: inout PairMerger, into ids: inout [TokenID]
    ) {
        if ignoresMerges {
            let token = vocabulary.find(text, piece)
            if token >= 0 {
                ids.append(token)
                return
            }
        }
        merger.symbols.removeAll(keepingCapacity: true)
        for index in piece {
            let id = fallback.byteTokens[Int(text[index])]
            merger.symbols.append(PairMerger.Symbol(id: id, start: index))
        }
        merger.merge(merges)
        var afterUnknown = false
        for symbol in merger.symbols {
            if symbol.id >= 0 {
                ids.append(symbol.id)
                afterUnknown = false
            } else {
                let byte = text[symbol.start...symbol.start]
                afterUnknown = fallback.append(byte, afterUnknown: afterUnknown, to: &ids)
            }
        }
    }
}
