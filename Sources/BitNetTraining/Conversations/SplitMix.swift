/// Random numbers that are the same on every machine (SplitMix64: Steele, Lea and Flood, 2014).
struct SplitMix {
    private var state: UInt64

    /// The numbers of one stream of a seed.
    init(seed: UInt64, stream: UInt64) {
        state = seed
        state = next() ^ stream
        state = next()
    }

    /// The next 64 random bits.
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }

    /// Puts elements into a random order (Fisher and Yates).
    mutating func shuffle<Element>(_ elements: inout [Element]) {
        for count in stride(from: elements.count, to: 1, by: -1) {
            // The bias of a product of 64 bits is below count / 2^64.
            let index = Int(next().multipliedFullWidth(by: UInt64(count)).high)
            elements.swapAt(index, count - 1)
        }
    }
}
