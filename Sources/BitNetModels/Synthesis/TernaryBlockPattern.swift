internal import BitNetTensors

/// Bytes of ternary blocks: random ones, and ones with a single value.
struct TernaryBlockPattern {
    /// Runs of a block's bytes with the table that their values come from; the float16 scale of the
    /// TQ types follows them.
    private let runs: [(count: Int, table: [UInt8])]
    private let encoding: TensorEncoding
    private let scale: [UInt8]

    init(_ encoding: TensorEncoding, scale: Float) {
        self.encoding = encoding
        let bits = encoding == .i2_s ? [] : scale.float16Bytes
        self.scale = bits
        switch encoding {
        case .tq1_0: runs = [(48, Self.trits(5)), (4, Self.trits(4))]
        case .tq2_0: runs = [(64, Self.pairs)]
        default: runs = [(32, Self.pairs)]
        }
    }

    /// Adds `count` random blocks, a third of their values zero.
    func appendRandom(_ count: Int, _ random: inout RandomBits, to bytes: inout [UInt8]) {
        guard encoding != .i2_s else {
            return random.appendBytes(32 * count, from: Self.pairs, to: &bytes)
        }
        for _ in 0..<count {
            for run in runs { random.appendBytes(run.count, from: run.table, to: &bytes) }
            bytes.append(contentsOf: scale)
        }
    }

    /// Adds `count` blocks that hold `code` only: 0 for -1, 1 for 0, 2 for +1.
    func append(_ count: Int, of code: Int, to bytes: inout [UInt8]) {
        for _ in 0..<count {
            switch encoding {
            case .tq1_0:
                bytes.append(contentsOf: repeatElement(Self.byte(121 * code), count: 48))
                bytes.append(contentsOf: repeatElement(Self.byte(120 * code), count: 4))
            case .tq2_0: bytes.append(contentsOf: repeatElement(UInt8(85 * code), count: 64))
            default: bytes.append(contentsOf: repeatElement(UInt8(85 * code), count: 32))
            }
            bytes.append(contentsOf: scale)
        }
    }

    /// The 81 bytes of four 2-bit codes below 3, each about equally often among 256.
    private static let pairs: [UInt8] = spread(
        (0..<256).filter { byte in (0..<4).allSatisfy { byte >> (2 * $0) & 3 != 3 } }.map(
            UInt8.init))

    /// The bytes of TQ1_0 for all sums of `count` trits, the first the most significant of five.
    private static func trits(_ count: Int) -> [UInt8] {
        let (sums, step) = count == 5 ? (243, 1) : (81, 3)
        return spread((0..<sums).map { byte($0 * step) })
    }

    /// TQ1_0's byte for a sum of trits below 243.
    private static func byte(_ sum: Int) -> UInt8 { UInt8((sum * 256 + 242) / 243) }

    private static func spread(_ values: [UInt8]) -> [UInt8] {
        (0..<256).map { values[$0 * values.count / 256] }
    }
}
