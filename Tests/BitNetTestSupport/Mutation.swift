/// One random way of damaging a file, mostly in its header.
public enum Mutation: CaseIterable, Sendable {
    /// Up to eight changed bytes of the header.
    case flippedBytes
    /// Up to eight changed bytes behind it.
    case flippedData
    /// A header field of 4 or 8 bytes with a huge value.
    case hugeField
    /// A part that is missing at the end.
    case truncation
    /// Zeros, in place of header bytes or between them.
    case splicedZeros

    private static let hugeFields: [UInt64] = [
        .max, 1 << 63, .max >> 1, 1 << 60, 1 << 40, 1 << 32, .max >> 32, .max >> 33, 100_000_000,
    ]

    /// A damaged copy of `bytes`, whose first `headerSize` bytes are the header.
    public func apply(
        to bytes: [UInt8], headerSize: Int, using generator: inout SeededGenerator
    ) -> [UInt8] {
        var damaged = bytes
        let position = Int.random(in: 0..<headerSize, using: &generator)
        switch self {
        case .flippedBytes, .flippedData:
            let range = self == .flippedBytes ? 0..<headerSize : headerSize - 1..<damaged.count
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let index = Int.random(in: range, using: &generator)
                damaged[index] ^= UInt8.random(in: 1...255, using: &generator)
            }
        case .hugeField:
            let value = Self.hugeFields.randomElement(using: &generator) ?? .max
            let width = Bool.random(using: &generator) ? 8 : 4
            let field = (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            damaged.replaceSubrange(position..<min(position + width, damaged.count), with: field)
        case .truncation:
            let limit = Bool.random(using: &generator) ? headerSize : damaged.count
            damaged.removeSubrange(Int.random(in: 0..<limit, using: &generator)...)
        case .splicedZeros:
            let zeros = [UInt8](repeating: 0, count: Int.random(in: 1...64, using: &generator))
            let end =
                Bool.random(using: &generator) ? min(position + zeros.count, headerSize) : position
            damaged.replaceSubrange(position..<end, with: zeros)
        }
        return damaged
    }
}
