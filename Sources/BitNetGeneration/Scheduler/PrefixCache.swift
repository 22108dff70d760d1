package import BitNetTensors
package import BitNetTokenizers

/// What sequences that have ended had computed, for those that begin alike.
///
/// It holds pages that nobody else needs, and gives them up when they are needed.
package struct PrefixCache {
    /// Tokens whose keys and values are in `pages`.
    package struct Prefix {
        package fileprivate(set) var tokens: [TokenID]
        package fileprivate(set) var pages: [KeyValuePage]
    }

    /// The least recently used first.
    package private(set) var prefixes: [Prefix] = []

    /// Nothing yet.
    package init() {}

    /// Keeps a prefix; those that it begins with are not needed any more.
    package mutating func insert(_ tokens: [TokenID], _ pages: [KeyValuePage]) {
        guard !tokens.isEmpty else { return }
        if prefixes.contains(where: { $0.tokens.starts(with: tokens) }) { return }
        prefixes.removeAll { tokens.starts(with: $0.tokens) }
        prefixes.append(Prefix(tokens: tokens, pages: pages))
    }

    /// How many of the first `limit` tokens of `text` some prefix has.
    package func longest(_ text: [TokenID], limit: Int) -> Int {
        prefixes.reduce(0) { max($0, text.commonPrefix(with: $1.tokens, limit: limit)) }
    }

    /// Pages of the first `count` tokens of `text`, which some prefix has.
    ///
    /// A prefix without other tokens is handed over: what becomes of `text` will take its place.
    package mutating func take(_ text: [TokenID], count: Int) -> [KeyValuePage] {
        let index = prefixes.lastIndex {
            text.commonPrefix(with: $0.tokens, limit: count) == count
        }
        guard let index else { return [] }
        let prefix = prefixes.remove(at: index)
        if prefix.tokens.count > count { prefixes.append(prefix) }
        return prefix.pages
    }

    /// Gives up one page: the last one of the least recently used prefix whose last page nobody else
    /// holds, or of the least recently used one; false when there is none.
    package mutating func dropPage() -> Bool {
        guard !prefixes.isEmpty else { return false }
        let free = prefixes.indices.first { index in
            let last = prefixes[index].pages.count - 1
            return isKnownUniquelyReferenced(&prefixes[index].pages[last])
        }
        shorten(free ?? 0)
        return true
    }

    /// Takes the last page from a prefix, and the prefix away when nothing of its own is left.
    private mutating func shorten(_ index: Int) {
        var prefix = prefixes.remove(at: index)
        prefix.pages.removeLast()
        let kept = prefix.pages.count * KeyValueLayout.pagePositions
        prefix.tokens.removeLast(max(prefix.tokens.count - kept, 0))
        let isKnown = prefixes.contains { $0.tokens.starts(with: prefix.tokens) }
        if !prefix.tokens.isEmpty, !isKnown { prefixes.insert(prefix, at: index) }
    }
}

extension [TokenID] {
    /// How many of the first `limit` tokens are those of `other`.
    func commonPrefix(with other: [TokenID], limit: Int) -> Int {
        let end = Swift.min(count, other.count, limit)
        var index = 0
        while index < end, self[index] == other[index] { index += 1 }
        return Swift.max(index, 0)
    }
}
