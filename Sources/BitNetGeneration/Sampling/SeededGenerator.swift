/// A small, fast random number generator that gives the same numbers on every platform.
///
/// The algorithm is xoshiro256** 1.0 (Blackman and Vigna, "Scrambled Linear Pseudorandom Number
/// Generators", 2021); its 256 bits of state are the first four outputs of SplitMix64 started at
/// the seed, as its authors advise. It is not fit for cryptography.
public struct SeededGenerator: RandomNumberGenerator, Sendable, Equatable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    /// Creates a generator whose stream depends on `seed` only.
    public init(seed: UInt64) {
        var splitMix = SplitMix64(state: seed)
        state = (splitMix.next(), splitMix.next(), splitMix.next(), splitMix.next())
    }

    /// Creates a generator at a given state, which must not be all zeros.
    package init(state: (UInt64, UInt64, UInt64, UInt64)) {
        self.state = state
    }

    /// Returns the next 64 random bits.
    public mutating func next() -> UInt64 {
        let result = Self.rotate(state.1 &* 5, left: 7) &* 9
        let shifted = state.1 &<< 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = Self.rotate(state.3, left: 45)
        return result
    }

    /// Returns a number in `0 ..< 1`, a multiple of 2⁻⁵³, each as likely as the other.
    public mutating func nextUnitDouble() -> Double {
        Double(next() &>> 11) * 0x1p-53
    }

    /// Returns a number in `0 ..< 1`, a multiple of 2⁻²⁴, each as likely as the other.
    public mutating func nextUnitFloat() -> Float {
        Float(next() &>> 40) * 0x1p-24
    }

    /// Tells whether both generators will give the same numbers.
    public static func == (left: Self, right: Self) -> Bool {
        left.state == right.state
    }

    private static func rotate(_ value: UInt64, left count: UInt64) -> UInt64 {
        (value &<< count) | (value &>> (64 - count))
    }
}

/// The SplitMix64 generator (Steele, Lea and Flood, 2014), which spreads a seed over a state.
package struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    /// Creates a generator at the given state; every value will do.
    package init(state: UInt64) {
        self.state = state
    }

    /// Returns the next 64 random bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed &>> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed &>> 31)
    }
}
