/// Fast random bits (SplitMix64) for one part of one tensor.
///
/// Every part has its own stream, so that the threads that make them do not matter.
struct RandomBits {
    private var state: UInt64

    /// The stream of `part` of tensor `tensor` under `seed`.
    init(seed: UInt64, tensor: Int, part: Int) {
        state = seed
        state = next() ^ UInt64(truncatingIfNeeded: tensor)
        state = next() ^ UInt64(truncatingIfNeeded: part)
        state = next()
    }

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }

    /// A number from 0 to 1.
    mutating func uniform() -> Float { Float(next() >> 40) / Float(1 << 24) }

    /// Adds `count` numbers of mean 0 and standard deviation `deviation`, nearly normal: sums of
    /// four bytes.
    mutating func appendNormal(_ count: Int, deviation: Float, to values: inout [Float]) {
        // A byte's variance is (256² - 1) / 12.
        let factor = deviation / (4 * 65535.0 / 12).squareRoot()
        for index in 0..<count {
            if index % 2 == 0 { pending = next() }
            var sum: Int32 = -510
            for _ in 0..<4 {
                sum &+= Int32(pending & 0xFF)
                pending >>= 8
            }
            values.append(Float(sum) * factor)
        }
    }

    private var pending: UInt64 = 0

    /// Adds `count` bytes, each `table` at a random index; `table` has 256 entries.
    mutating func appendBytes(_ count: Int, from table: [UInt8], to bytes: inout [UInt8]) {
        var bits: UInt64 = 0
        for index in 0..<count {
            if index % 8 == 0 { bits = next() }
            bytes.append(table[Int(bits & 0xFF)])
            bits >>= 8
        }
    }
}
