extension Tokenizer {
    /// The text of some tokens.
    ///
    /// Ill-formed UTF-8 becomes U+FFFD, one for each maximal subpart. The space that a
    /// SentencePiece vocabulary puts in front of a text is taken away again.
    ///
    /// - Parameter skipSpecialTokens: Whether control tokens are left out. Ids outside the
    ///   vocabulary are always left out.
    public func decode(_ ids: [TokenID], skipSpecialTokens: Bool = false) -> String {
        var repairer = UTF8Repairer()
        let text = repairer.append(decodeBytes(ids, skipSpecialTokens: skipSpecialTokens))
        return text + repairer.finish()
    }

    /// The bytes of some tokens, which need not be UTF-8; otherwise like `decode`.
    public func decodeBytes(_ ids: [TokenID], skipSpecialTokens: Bool = false) -> [UInt8] {
        let tokens = core.vocabulary.tokens
        var text: [UInt8] = []
        for id in ids where id >= 0 && Int(id) < tokens.count {
            if skipSpecialTokens, isSpecial(id) { continue }
            text.append(contentsOf: tokens[Int(id)])
        }
        if core.stripsLeadingSpace, text.first == 0x20 { text.removeFirst() }
        return text
    }
}
