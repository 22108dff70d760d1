package import BitNetTokenizers

/// Guesses how a sequence goes on: as it did the last time that its last tokens stood in it.
///
/// Prompt lookup decoding (Saxena 2023, github.com/apoorvumang/prompt-lookup-decoding), as in
/// llama.cpp's `lookup`, but a place that was found is followed as long as it is right. On text of
/// `kjv-tiny`, source code and edits of it, this gave up to twice as many right guesses as looking
/// the last tokens up anew each time; runs of four tokens beside those of three and two, or of a
/// single one, gave nothing.
package struct NGramProposer: Sendable {
    private var tokens: [TokenID] = []
    /// The longest runs first.
    private var tables: [NGramTable]
    /// The index of the token that is expected next.
    private var next: Int?
    /// How many tokens in front of that place are known to equal the last ones; 0 without a place.
    package private(set) var matchLength = 0

    /// A proposer for sequences of up to `capacity` tokens, empty.
    package init(capacity: Int) {
        tables = [3, 2].map { NGramTable(length: $0, capacity: capacity) }
        tokens.reserveCapacity(min(capacity, 4096))
    }

    /// Adds the token that came, and tells whether it was the expected one; nil if none was.
    ///
    /// - Complexity: O(1).
    package mutating func append(_ token: TokenID) -> Bool? {
        let wasRight = next.map { tokens[$0] == token }
        tokens.append(token)
        var found: (end: Int, length: Int)?
        for index in tables.indices {
            let end = tables[index].exchange(tokens)
            if found == nil, let end { found = (end, tables[index].length) }
        }
        if let next, wasRight == true {
            self.next = next + 1
            matchLength += 1
        } else {
            next = found?.end
            matchLength = found?.length ?? 0
        }
        return wasRight
    }

    /// The next `count` tokens if all goes on as it did; none without a place.
    ///
    /// Behind the sequence's end it goes on with its own tokens: a loop stays one.
    package func propose(_ count: Int) -> [TokenID] {
        guard let next, count > 0 else { return [] }
        var proposed: [TokenID] = []
        proposed.reserveCapacity(count)
        for index in next..<next + count {
            proposed.append(
                index < tokens.count ? tokens[index] : proposed[index - tokens.count])
        }
        return proposed
    }
}
