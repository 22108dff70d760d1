/// A token that is looked for in the text itself, before any splitting.
struct AddedToken: Sendable {
    /// The text that stands for the token.
    var content: [UInt8]
    var id: TokenID
    /// Whether the token is control rather than text.
    var isSpecial: Bool
    /// Whether white space before the token belongs to it.
    var takesSpaceBefore = false
    /// Whether white space after the token belongs to it.
    var takesSpaceAfter = false
    /// Whether the token counts only where no word character touches it.
    var isWholeWord = false
}

/// Finds added tokens in text: the leftmost, and of those the longest.
///
/// A trie of bytes, with an index for the first byte, so that text without added tokens costs one
/// table look-up a byte.
struct AddedTokens: Sendable {
    /// A byte of one or several tokens.
    private struct Node {
        var byte: UInt8
        /// The first node for the next byte, and the next node for this byte; -1 for none.
        var child: Int32 = -1
        var sibling: Int32 = -1
        /// The token that ends here; -1 for none.
        var token: Int32 = -1
    }

    /// The tokens in the order in which they were given.
    let tokens: [AddedToken]
    /// Whether one of the tokens is text rather than control.
    let hasTextTokens: Bool
    private var nodes: [Node] = []
    private var roots = [Int32](repeating: -1, count: 256)

    /// Creates the index.
    ///
    /// Of tokens with the same text the first one counts; tokens without text are never found.
    init(_ tokens: [AddedToken]) {
        self.tokens = tokens
        hasTextTokens = tokens.contains { !$0.isSpecial }
        for (index, token) in tokens.enumerated() { insert(token.content, Int32(index)) }
    }

    /// Whether a token may begin with `byte`.
    @inline(__always)
    func canBegin(with byte: UInt8) -> Bool { roots[Int(byte)] >= 0 }

    /// The longest token at `start`, and its length.
    ///
    /// - Parameter includesSpecial: Whether control tokens count.
    func longestMatch(
        in text: [UInt8], at start: Int, includesSpecial: Bool
    ) -> (token: AddedToken, length: Int)? {
        var best: (token: AddedToken, length: Int)?
        var node = roots[Int(text[start])]
        var index = start
        while node >= 0 {
            index += 1
            let current = nodes[Int(node)]
            if current.token >= 0 {
                let token = tokens[Int(current.token)]
                if includesSpecial || !token.isSpecial { best = (token, index - start) }
            }
            node = index < text.count ? self.node(for: text[index], in: current.child) : -1
        }
        return best
    }

    private func node(for byte: UInt8, in first: Int32) -> Int32 {
        var node = first
        while node >= 0, nodes[Int(node)].byte != byte { node = nodes[Int(node)].sibling }
        return node
    }

    private mutating func insert(_ content: [UInt8], _ token: Int32) {
        guard let first = content.first else { return }
        var node = roots[Int(first)]
        if node < 0 {
            node = appendNode(first, sibling: -1)
            roots[Int(first)] = node
        }
        for byte in content.dropFirst() {
            var child = self.node(for: byte, in: nodes[Int(node)].child)
            if child < 0 {
                child = appendNode(byte, sibling: nodes[Int(node)].child)
                nodes[Int(node)].child = child
            }
            node = child
        }
        if nodes[Int(node)].token < 0 { nodes[Int(node)].token = token }
    }

    private mutating func appendNode(_ byte: UInt8, sibling: Int32) -> Int32 {
        nodes.append(Node(byte: byte, sibling: sibling))
        return Int32(nodes.count - 1)
    }
}
