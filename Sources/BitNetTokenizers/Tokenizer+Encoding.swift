extension Tokenizer {
    /// The token ids of a text.
    ///
    /// - Parameters:
    ///   - text: Any text; it may be empty.
    ///   - addBeginningOfText: Whether the begin-of-text token comes first, if there is one.
    ///   - parseSpecialTokens: Whether the names of control tokens in `text` stand for these
    ///     tokens. Pass false for text from a user, which must not be able to write control
    ///     tokens. Added tokens that are not control are recognised in any case.
    /// - Complexity: O(n log n) for a piece of n bytes without white space, linear in the text.
    public func encode(
        _ text: String, addBeginningOfText: Bool = false, parseSpecialTokens: Bool = true
    ) -> [TokenID] {
        encode(
            bytes: Array(text.utf8), addBeginningOfText: addBeginningOfText,
            parseSpecialTokens: parseSpecialTokens)
    }

    /// The token ids of a text given as bytes, which need not be UTF-8.
    ///
    /// Ill-formed bytes become byte tokens, so `decodeBytes` gives them back.
    public func encode(
        bytes: [UInt8], addBeginningOfText: Bool = false, parseSpecialTokens: Bool = true
    ) -> [TokenID] {
        var ids: [TokenID] = []
        ids.reserveCapacity(bytes.count / 4 + 1)
        if addBeginningOfText, let beginningOfText { ids.append(beginningOfText) }
        append(bytes, parseSpecialTokens, first: core.encoder, to: &ids)
        return ids
    }

    /// The token ids of a text that goes on after another one, such as an answer after its prompt.
    ///
    /// Like `encode`, but the text gets no space in front where a text of its own would.
    public func encode(continuing text: String) -> [TokenID] {
        var ids: [TokenID] = []
        append(Array(text.utf8), true, first: core.encoder.withoutPrefix, to: &ids)
        return ids
    }

    /// Adds the tokens of a text; `first` encodes what comes before the first added token.
    private func append(
        _ bytes: [UInt8], _ parseSpecialTokens: Bool, first: TextEncoder, to ids: inout [TokenID]
    ) {
        var merger = PairMerger()
        var encoder = first
        var start = 0
        if parseSpecialTokens || core.added.hasTextTokens {
            var index = 0
            while let match = nextAddedToken(in: bytes, from: index, parseSpecialTokens) {
                let range = match.widened(in: bytes, from: start)
                encoder.encode(bytes, start..<range.lowerBound, merger: &merger, into: &ids)
                ids.append(match.token.id)
                encoder = core.encoder
                start = range.upperBound
                index = start
            }
        }
        encoder.encode(bytes, start..<bytes.count, merger: &merger, into: &ids)
    }

    /// The first added token at or after `start`.
    private func nextAddedToken(
        in text: [UInt8], from start: Int, _ includesSpecial: Bool
    ) -> AddedTokenMatch? {
        let added = core.added
        for index in start..<text.count where added.canBegin(with: text[index]) {
            guard
                let (token, length) = added.longestMatch(
                    in: text, at: index, includesSpecial: includesSpecial)
            else { continue }
            let match = AddedTokenMatch(token: token, range: index..<index + length)
            if !token.isWholeWord || match.isWholeWord(in: text) { return match }
        }
        return nil
    }
}

/// An added token at its place in a text.
struct AddedTokenMatch {
    let token: AddedToken
    let range: Range<Int>

    /// The range with the white space that belongs to the token, not reaching before `start`.
    func widened(in text: [UInt8], from start: Int) -> Range<Int> {
        var lower = range.lowerBound
        while token.takesSpaceBefore, let scalar = scalar(before: lower, in: text, from: start) {
            guard ScalarClasses.shared[scalar.value].contains(.space) else { break }
            lower -= scalar.length
        }
        var upper = range.upperBound
        while token.takesSpaceAfter, upper < text.count {
            let scalar = DecodedScalar(text, at: upper, end: text.count)
            guard scalar.kind == .scalar, ScalarClasses.shared[scalar.value].contains(.space)
            else { break }
            upper += scalar.length
        }
        return lower..<upper
    }

    /// Whether no word character touches the match.
    func isWholeWord(in text: [UInt8]) -> Bool {
        if let before = scalar(before: range.lowerBound, in: text, from: 0), before.isWord {
            return false
        }
        guard range.upperBound < text.count else { return true }
        return !DecodedScalar(text, at: range.upperBound, end: text.count).isWord
    }

    /// The scalar that ends at `end` and begins no earlier than `start`.
    private func scalar(before end: Int, in text: [UInt8], from start: Int) -> DecodedScalar? {
        for length in 1...4 where end - length >= start {
            let scalar = DecodedScalar(text, at: end - length, end: end)
            if scalar.kind == .scalar, scalar.length == length { return scalar }
        }
        return nil
    }
}

extension DecodedScalar {
    /// Whether `\w` matches: alphabetic, a mark, a decimal number or connecting punctuation.
    fileprivate var isWord: Bool {
        guard kind == .scalar, let scalar = Unicode.Scalar(value) else { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
            return true
        default:
            return scalar.properties.isAlphabetic || scalar.properties.isJoinControl
        }
    }
}
