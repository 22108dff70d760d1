/// The order in which windows are trained on: every window once in each epoch, each epoch shuffled
/// anew by a seed.
///
/// Any draw can be asked for, so that a run goes on from the number of its next draw alone: an epoch
/// is a permutation computed number by number, a Feistel network over at least as many numbers,
/// walked until it gives one in range.
public struct WindowSampler: Sendable {
    private static let rounds = 6

    /// The number of windows, that is of draws in an epoch.
    public let windowCount: Int
    /// What the order depends on.
    public let seed: UInt64
    /// Half the bits of a number in the network.
    private let halfBits: UInt64

    /// An order of `windowCount` windows, at least 1.
    public init(windowCount: Int, seed: UInt64) {
        precondition(windowCount >= 1, "no windows")
        self.windowCount = windowCount
        self.seed = seed
        let bits = UInt64(Int.bitWidth - (windowCount - 1).leadingZeroBitCount)
        // Over fewer than 64 numbers six rounds would favour some orders.
        halfBits = max(3, (bits + 1) / 2)
    }

    /// The window of a draw, from 0 on; draw `d` is of epoch `d / windowCount`.
    ///
    /// - Complexity: O(1): up to four turns of the network on average, more below 17 windows.
    public func window(at draw: Int) -> Int {
        precondition(draw >= 0, "negative draw")
        let epoch = draw / windowCount
        let key = BitMixer.mix(BitMixer.mix(seed) ^ UInt64(epoch))
        var number = UInt64(draw % windowCount)
        repeat { number = permute(number, key) } while number >= UInt64(windowCount)
        return Int(number)
    }

    /// A permutation of the numbers of `2 * halfBits` bits.
    private func permute(_ number: UInt64, _ key: UInt64) -> UInt64 {
        let mask = 1 << halfBits - 1 as UInt64
        var left = number >> halfBits
        var right = number & mask
        for round in 0..<UInt64(Self.rounds) {
            let mixed = BitMixer.mix(key ^ right << 8 ^ round) & mask
            (left, right) = (right, left ^ mixed)
        }
        return left << halfBits | right
    }
}
