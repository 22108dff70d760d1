import BitNetTokenizers

/// Byte-pair training as one would write it down: count every pair anew for each merge.
struct NaiveBytePairs {
    private var pieces: [[Int]: Int] = [:]
    /// The bytes of each token, by id.
    private(set) var tokens: [[UInt8]]
    /// The two tokens of each merge.
    private(set) var merges: [[[UInt8]]] = []

    init(_ text: String, tokenCount: Int, minimumCount: Int) {
        tokens = Self.byteOrder.map { [$0] }
        let bytes = Array(text.utf8)
        var start = 0
        for end in TextSplitter(pattern: .llama3).matchEnds(in: bytes) {
            let piece = bytes[start..<end].map { Self.byteOrder.firstIndex(of: $0)! }
            pieces[piece, default: 0] += 1
            start = end
        }
        while tokens.count < tokenCount, let pair = best(minimumCount) { merge(pair) }
    }

    /// Printable bytes first: they stand for themselves in GPT-2's alphabet.
    private static let byteOrder: [UInt8] = {
        let printable = Array(0x21...0x7E) + Array(0xA1...0xAC) + Array(0xAE...0xFF)
        return (printable + (0...255).filter { !printable.contains($0) }).map { UInt8($0) }
    }()

    private func best(_ minimumCount: Int) -> [Int]? {
        var counts: [[Int]: Int] = [:]
        for (piece, count) in pieces {
            for index in piece.indices.dropLast() {
                counts[[piece[index], piece[index + 1]], default: 0] += count
            }
        }
        let best = counts.min {
            ($1.value, $0.key[0], $0.key[1]) < ($0.value, $1.key[0], $1.key[1])
        }
        return best.flatMap { $0.value >= minimumCount ? $0.key : nil }
    }

    private mutating func merge(_ pair: [Int]) {
        let bytes = tokens[pair[0]] + tokens[pair[1]]
        merges.append(pair.map { tokens[$0] })
        let id = tokens.firstIndex(of: bytes) ?? tokens.count
        if id == tokens.count { tokens.append(bytes) }
        var merged: [[Int]: Int] = [:]
        for (piece, count) in pieces { merged[Self.merge(piece, pair, id), default: 0] += count }
        pieces = merged
    }

    private static func merge(_ piece: [Int], _ pair: [Int], _ id: Int) -> [Int] {
        var result: [Int] = []
        var index = 0
        while index < piece.count {
            let isPair = index + 1 < piece.count && Array(piece[index...index + 1]) == pair
            result.append(isPair ? id : piece[index])
            index += isPair ? 2 : 1
        }
        return result
    }
}
