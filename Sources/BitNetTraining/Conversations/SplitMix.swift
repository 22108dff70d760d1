/// Random numbers that are the same on every machine (SplitMix64: Steele, Lea and Flood, 2014).
struct SplitMix {
    private var state: UInt64

    /// The numbers of one stream of a seed.
    init(seed: UInt64, stream: UInt64) {
        state = BitMixer.mix(BitMixer.mix(seed) ^ stream)
    }

    /// The next 64 random bits.
    mutating func next() -> UInt64 {
        defer { state &+= 0x9e37_79b9_7f4a_7c15 }
        return BitMixer.mix(state)
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
