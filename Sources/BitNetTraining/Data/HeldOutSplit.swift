/// Which documents are kept out of training, to measure with: chosen by a seeded hash of their
/// number, so that it does not depend on the order of work or on what the documents say.
struct HeldOutSplit: Sendable {
    private let seed: UInt64
    /// Documents whose hash is below are held out.
    private let threshold: UInt64
    private let holdsOutSecond: Bool

    /// Only the second document is held out.
    static let secondOnly = HeldOutSplit()

    private init() {
        seed = 0
        threshold = 0
        holdsOutSecond = true
    }

    /// About `fraction` of `documents`: when that is more than 0 and there are two documents or
    /// more, at least one, and at least one is left.
    ///
    /// - Complexity: linear in the number of documents.
    init(fraction: Double, seed: UInt64, documents: Int) {
        self.seed = seed
        holdsOutSecond = false
        guard fraction > 0, documents > 1 else {
            threshold = 0
            return
        }
        var least = UInt64.max
        var greatest = UInt64.min
        for document in 0..<documents {
            let hash = Self.hash(document, seed)
            least = min(least, hash)
            greatest = max(greatest, hash)
        }
        let wanted = UInt64(min(fraction * 0x1p64, 0x1p64.nextDown))
        threshold = min(max(wanted, least + 1), greatest)
    }

    /// Whether a document is kept out of training.
    func isHeldOut(_ document: Int) -> Bool {
        holdsOutSecond ? document == 1 : Self.hash(document, seed) < threshold
    }

    private static func hash(_ document: Int, _ seed: UInt64) -> UInt64 {
        BitMixer.mix(BitMixer.mix(seed) ^ UInt64(document))
    }
}

/// Hashing of numbers.
enum BitMixer {
    /// The output step of SplitMix64: a bijection in which every bit depends on every bit.
    static func mix(_ number: UInt64) -> UInt64 {
        var bits = number &+ 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
