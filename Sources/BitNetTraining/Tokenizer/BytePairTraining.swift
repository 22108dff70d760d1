internal import BitNetTokenizers

/// What training byte pairs gives: tokens of bytes, and merges of them in their order.
///
/// Ids `0..<256` are the bytes in the order of GPT-2's alphabet (`!` is 0, the space 220); then come
/// the results of the merges, in the order in which they first arose.
struct BytePairVocabulary: Equatable {
    /// The bytes that each token stands for, by id.
    var tokens: [[UInt8]]
    /// The two tokens of each merge, the first merge first.
    var merges: [(left: Int32, right: Int32)]

    static func == (left: Self, right: Self) -> Bool {
        left.tokens == right.tokens && left.merges.elementsEqual(right.merges, by: ==)
    }

    /// The bytes in the order of the characters that GPT-2's alphabet gives them.
    static let byteOrder: [UInt8] = {
        let alphabet = TokenSpelling.byteCharacters
        return (UInt8.min...UInt8.max).sorted {
            alphabet[Int($0)].lexicographicallyPrecedes(alphabet[Int($1)])
        }
    }()

    /// The vocabulary before any merge.
    static var bytesOnly: BytePairVocabulary {
        BytePairVocabulary(tokens: byteOrder.map { [$0] }, merges: [])
    }

    /// The id of each byte.
    static var byteTokens: [Int32] {
        var ids = [Int32](repeating: 0, count: 256)
        for (id, byte) in byteOrder.enumerated() { ids[Int(byte)] = Int32(id) }
        return ids
    }
}

/// Finds the merges of a byte-pair vocabulary.
///
/// Each step merges the most frequent pair of neighbours in the pieces; of equally frequent ones the
/// one whose left id, then right id, is lowest. A result that exists already as the result of
/// another merge keeps its id.
enum BytePairTraining {
    /// Merges until there are `tokenCount` tokens, or no pair occurs at least `minimumCount` times.
    ///
    /// - Complexity: n log n for n bytes of distinct pieces.
    static func train(
        _ table: PieceTable, tokenCount: Int, minimumCount: Int64,
        progress: (_ tokens: Int) -> Void = { _ in }
    ) -> BytePairVocabulary {
        var vocabulary = BytePairVocabulary.bytesOnly
        var corpus = PairCorpus(table, byteTokens: BytePairVocabulary.byteTokens)
        var queue = PairQueue(corpus.countedPairs)
        var ids: [[UInt8]: Int32] = [:]
        while vocabulary.tokens.count < tokenCount, let top = queue.popFirst() {
            let count = corpus.count(of: top.pair)
            guard count == top.count else {
                // The pair has become rarer since it was queued.
                if count > 0 { queue.insert(CountedPair(count: count, pair: top.pair)) }
                continue
            }
            guard count >= max(1, minimumCount) else { break }
            let result = vocabulary.append(top.pair, &ids)
            for pair in corpus.replace(top.pair, by: result) {
                queue.insert(CountedPair(count: corpus.count(of: pair), pair: pair))
            }
            progress(vocabulary.tokens.count)
        }
        return vocabulary
    }
}

extension BytePairVocabulary {
    /// Adds a merge, and its result where that is new.
    ///
    /// - Returns: The id of the result.
    fileprivate mutating func append(_ pair: UInt64, _ ids: inout [[UInt8]: Int32]) -> Int32 {
        let left = Int32(truncatingIfNeeded: pair >> 32)
        let right = Int32(truncatingIfNeeded: pair)
        merges.append((left, right))
        let bytes = tokens[Int(left)] + tokens[Int(right)]
        if let id = ids[bytes] { return id }
        let id = Int32(tokens.count)
        ids[bytes] = id
        tokens.append(bytes)
        return id
    }
}
