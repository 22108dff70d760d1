extension GGUFTokenizerReader {
    /// The ids that a Llama-2 vocabulary gives its control tokens when the file does not say.
    private static let defaultIDs: (unknown: TokenID, beginning: TokenID, end: TokenID) = (0, 1, 2)
    /// Longer tokens are never the result of a merge: finding their parts would cost the square
    /// of their length.
    private static let longestMergedToken = 512

    func sentencePieceParts() throws(TokenizerError) -> TokenizerParts {
        let (vocabulary, byteTokens) = sentencePieceVocabulary()
        let addsSpacePrefix = values.addsSpacePrefix ?? true
        let encoder = SentencePieceEncoder(
            vocabulary: vocabulary, merges: try mergesByScore(vocabulary),
            prefix: addsSpacePrefix ? .always : .never, split: vocabulary.widestExactSplit,
            fallback: Fallback(
                byteTokens: byteTokens,
                unknown: values.unknown ?? defaultID(Self.defaultIDs.unknown, .unknown),
                fusesUnknown: true))
        return TokenizerParts(
            vocabulary: vocabulary, added: added, encoder: .sentencePiece(encoder),
            stripsLeadingSpace: addsSpacePrefix,
            beginningOfText: values.beginningOfText
                ?? defaultID(Self.defaultIDs.beginning, .control),
            endOfText: values.endOfText ?? defaultID(Self.defaultIDs.end, .control),
            endOfTurn: values.endOfTurn,
            addsBeginningOfText: values.addsBeginningOfText ?? true,
            chatTemplate: values.chatTemplate)
    }

    /// `id`, if the token there has the type that goes with its role.
    private func defaultID(_ id: TokenID, _ type: TokenType) -> TokenID? {
        types.indices.contains(Int(id)) && types[Int(id)] == type ? id : nil
    }

    private func sentencePieceVocabulary() -> (Vocabulary, byteTokens: [TokenID]) {
        var builder = VocabularyBuilder(spelling: .lowerBlocks, count: types.count)
        for (id, type) in types.enumerated() {
            switch type {
            case .undefined, .text, .unused, .byte: builder.appendText(values.tokens[id])
            case .control, .userDefined, .unknown: builder.appendControl(values.tokens[id])
            }
        }
        return builder.finish()
    }

    /// The merges that SentencePiece finds by looking up neighbours: every way to cut a token into
    /// two tokens, ranked by the score of the whole.
    private func mergesByScore(_ vocabulary: Vocabulary) throws(TokenizerError) -> MergeTable {
        let ranks = try ranksByScore()
        let tokens = vocabulary.tokens
        var merges: [Merge] = []
        for id in 0..<tokens.count {
            let range = tokens.range(of: id)
            guard range.count <= Self.longestMergedToken,
                merges.count <= MergeTable.mostMerges,
                vocabulary.find(tokens.bytes, range) == TokenID(id)
            else { continue }
            var middle = range.lowerBound
            while middle < range.upperBound {
                let step = DecodedScalar(tokens.bytes, at: middle, end: range.upperBound)
                middle += step.kind == .scalar ? step.length : 1
                let left = vocabulary.find(tokens.bytes, range.lowerBound..<middle)
                let right = vocabulary.find(tokens.bytes, middle..<range.upperBound)
                guard left >= 0, right >= 0 else { continue }
                merges.append(
                    Merge(left: left, right: right, rank: ranks[id], result: TokenID(id)))
            }
        }
        return try MergeTable(
            merges, tokenCount: tokens.count, place: "GGUF metadata: tokenizer.ggml.tokens")
    }

    /// The rank of each token: 0 for the highest score, the same for equal scores.
    private func ranksByScore() throws(TokenizerError) -> [UInt32] {
        guard let scores = values.scores, scores.count == types.count else {
            throw Self.problem(
                .inconsistentVocabulary, "scores", "\(values.scores?.count ?? 0) scores",
                "one for each of \(types.count) tokens")
        }
        guard !scores.contains(where: \.isNaN) else {
            throw Self.problem(.wrongValue, "scores", "a score that is not a number", "numbers")
        }
        var ranks = [UInt32](repeating: 0, count: scores.count)
        var rank: UInt32 = 0
        var last: Float?
        for id in scores.indices.sorted(by: { scores[$0] > scores[$1] }) {
            if let last, last != scores[id] { rank += 1 }
            last = scores[id]
            ranks[id] = rank
        }
        return ranks
    }
}
