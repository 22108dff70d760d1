internal import BitNetTokenizers

/// The tokens of a vocabulary that are text, as a tree over their bytes.
///
/// Nodes are numbered so that all below a node follow it; the tokens below a node are neighbours in
/// `tokens`. Control tokens and tokens without bytes are not in it. For 128,256 tokens it takes about
/// 5 MB and a few tenths of a second to build.
struct TokenTrie: Sendable {
    /// The byte that leads to each node; the root's means nothing.
    private(set) var bytes: [UInt8] = [0]
    /// The number of bytes that lead to each node.
    private(set) var depths: [UInt16] = [0]
    /// The node behind all that are below each node.
    private(set) var ends: [Int32] = []
    /// The place in `tokens` of the first token at or below each node; one more for the end.
    private(set) var tokenStarts: [Int32] = [0]
    /// How many tokens end at each node.
    private(set) var tokenCounts: [UInt16] = [0]
    /// The categories of the bytes below each node.
    private(set) var categories: [UInt16] = [0]
    /// How many bytes the longest token below a node has behind it.
    private(set) var heights: [UInt16] = [0]
    /// The tokens, in the order of their bytes.
    private(set) var tokens: [TokenID] = []
    /// The length of the longest token, in bytes.
    private(set) var longest = 0

    /// Longer tokens are left out.
    private static let longestToken = 4_096

    /// Builds the tree of `tokenizer`'s text tokens, without those of `excluded`.
    init(_ tokenizer: Tokenizer, excluding excluded: Set<TokenID> = []) {
        var texts: [(key: UInt64, id: TokenID, bytes: [UInt8])] = []
        for id in 0..<TokenID(tokenizer.vocabularyCount)
        where !tokenizer.isSpecial(id) && !excluded.contains(id) {
            let bytes = tokenizer.bytes(of: id)
            guard !bytes.isEmpty, bytes.count <= Self.longestToken else { continue }
            texts.append((Self.key(bytes), id, bytes))
        }
        texts.sort { first, second in
            if first.key != second.key { return first.key < second.key }
            if first.bytes == second.bytes { return first.id < second.id }
            return first.bytes.lexicographicallyPrecedes(second.bytes)
        }
        insert(texts.lazy.map { ($0.id, $0.bytes) })
        summarise()
    }

    /// The first eight bytes, which order most tokens.
    private static func key(_ bytes: [UInt8]) -> UInt64 {
        var key: UInt64 = 0
        for index in 0..<8 { key = key << 8 | (index < bytes.count ? UInt64(bytes[index]) : 0) }
        return key
    }

    private mutating func insert(_ texts: some Sequence<(id: TokenID, bytes: [UInt8])>) {
        var last: [UInt8] = []
        for (id, text) in texts {
            let common = zip(last, text).prefix { $0 == $1 }.count
            for index in common..<text.count {
                bytes.append(text[index])
                depths.append(UInt16(index + 1))
                tokenStarts.append(Int32(tokens.count))
                tokenCounts.append(0)
            }
            tokens.append(id)
            tokenCounts[tokenCounts.count - 1] += 1
            longest = max(longest, text.count)
            last = text
        }
        tokenStarts.append(Int32(tokens.count))
    }

    /// Finds the ends, categories and heights from the last node to the first.
    private mutating func summarise() {
        let count = bytes.count
        ends = [Int32](repeating: Int32(count), count: count)
        categories = [UInt16](repeating: 0, count: count)
        heights = [UInt16](repeating: 0, count: count)
        var path: [Int] = []
        let isScalar = scalarBytes()
        func close(_ node: Int, at end: Int, in trie: inout TokenTrie) {
            trie.ends[node] = Int32(end)
            guard let parent = path.last else { return }
            var below = trie.categories[node]
            if !isScalar[node] {
                // Seen from the middle of a scalar, or where there is none, the bytes are just bytes.
                if below & ByteCategory.scalars != 0 { below |= ByteCategory.other }
                below |= ByteCategory.bits[Int(trie.bytes[node])]
            } else {
                below |= ByteCategory.scalars
            }
            trie.categories[parent] |= below
            trie.heights[parent] = max(trie.heights[parent], trie.heights[node] + 1)
        }
        for node in 0..<count {
            while let open = path.last, depths[open] >= depths[node] {
                path.removeLast()
                close(open, at: node, in: &self)
            }
            path.append(node)
        }
        while let open = path.popLast() { close(open, at: count, in: &self) }
    }

    /// For each node whether its byte is part of a scalar beyond ASCII, from the token's beginning on.
    private func scalarBytes() -> [Bool] {
        var readers = [UTF8Reader](repeating: UTF8Reader(), count: longest + 1)
        var isScalar = [Bool](repeating: false, count: bytes.count)
        for node in bytes.indices.dropFirst() {
            let depth = Int(depths[node])
            readers[depth] = readers[depth - 1]
            readers[depth].read(bytes[node])
            isScalar[node] = bytes[node] >= 0x80 && !readers[depth].isBroken
        }
        return isScalar
    }

    /// The places in `tokens` of the tokens that end at `node`.
    @inline(__always)
    func tokenRange(at node: Int) -> Range<Int> {
        let start = Int(tokenStarts[node])
        return start..<start + Int(tokenCounts[node])
    }

    /// The places in `tokens` of the tokens that end at `node` or below it.
    @inline(__always)
    func tokenRange(below node: Int) -> Range<Int> {
        Int(tokenStarts[node])..<Int(tokenStarts[Int(ends[node])])
    }
}

/// Follows UTF-8 byte by byte.
private struct UTF8Reader {
    /// Continuation bytes that the scalar still lacks.
    private var missing = 0
    /// What the next one may be.
    private var next: ClosedRange<UInt8> = 0x80...0xBF
    /// Whether a byte could not follow those before it.
    private(set) var isBroken = false

    mutating func read(_ byte: UInt8) {
        if missing > 0 {
            if next.contains(byte) { missing -= 1 } else { isBroken = true }
            next = 0x80...0xBF
            return
        }
        switch byte {
        case 0x00...0x7F: break
        case 0xC2...0xDF: missing = 1
        case 0xE0...0xEF:
            missing = 2
            next = byte == 0xE0 ? 0xA0...0xBF : byte == 0xED ? 0x80...0x9F : 0x80...0xBF
        case 0xF0...0xF4:
            missing = 3
            next = byte == 0xF0 ? 0x90...0xBF : byte == 0xF4 ? 0x80...0x8F : 0x80...0xBF
        default: isBroken = true
        }
    }
}
