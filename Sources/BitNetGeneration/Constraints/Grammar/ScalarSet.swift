/// A set of Unicode scalars: ascending ranges that do not touch.
struct ScalarSet: Hashable, Sendable {
    private(set) var ranges: [ClosedRange<UInt32>]

    /// The greatest scalar.
    static let last: UInt32 = 0x10FFFF
    /// The numbers that are no scalars.
    private static let surrogates: ClosedRange<UInt32> = 0xD800...0xDFFF

    /// All scalars.
    static let all = ScalarSet([0...last])

    /// The set of the scalars in `ranges`, in any order.
    init(_ ranges: [ClosedRange<UInt32>]) {
        var sorted: [ClosedRange<UInt32>] = []
        let parts = ranges.flatMap(Self.withoutSurrogates)
        for range in parts.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = sorted.last, range.lowerBound <= last.upperBound + 1 {
                let upper = max(last.upperBound, range.upperBound)
                sorted[sorted.count - 1] = last.lowerBound...upper
            } else {
                sorted.append(range)
            }
        }
        self.ranges = sorted
    }

    /// The set of the scalars of `text`.
    init(_ text: String) { self.init(text.unicodeScalars.map { $0.value...$0.value }) }

    var isEmpty: Bool { ranges.isEmpty }

    /// The scalars that are not in the set.
    var inverted: ScalarSet {
        var rest: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { rest.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= Self.last { rest.append(next...Self.last) }
        return ScalarSet(rest)
    }

    func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }

    func intersection(_ other: ScalarSet) -> ScalarSet {
        inverted.union(other.inverted).inverted
    }

    func subtracting(_ other: ScalarSet) -> ScalarSet { intersection(other.inverted) }

    private static func withoutSurrogates(_ range: ClosedRange<UInt32>) -> [ClosedRange<UInt32>] {
        guard range.overlaps(surrogates) else { return [range] }
        var parts: [ClosedRange<UInt32>] = []
        if range.lowerBound < surrogates.lowerBound {
            parts.append(range.lowerBound...(surrogates.lowerBound - 1))
        }
        if range.upperBound > surrogates.upperBound {
            parts.append((surrogates.upperBound + 1)...range.upperBound)
        }
        return parts
    }

    /// The UTF-8 of the set: sequences of byte ranges, each of which is all their combinations.
    var byteSequences: [[ClosedRange<UInt8>]] {
        var sequences: [[ClosedRange<UInt8>]] = []
        for range in ranges {
            for limits in [0...0x7F, 0x80...0x7FF, 0x800...0xFFFF, 0x10000...Self.last]
            where range.overlaps(limits) {
                Self.append(range.clamped(to: limits), to: &sequences)
            }
        }
        return sequences
    }

    /// Splits a range of scalars with UTF-8 of one length where a prefix has not all continuations.
    private static func append(
        _ range: ClosedRange<UInt32>, to sequences: inout [[ClosedRange<UInt8>]]
    ) {
        let (low, high) = (bytes(range.lowerBound), bytes(range.upperBound))
        for shift in stride(from: 6, to: 6 * low.count, by: 6) {
            let mask = UInt32(1) << UInt32(shift) - 1
            let isSame = range.lowerBound & ~mask == range.upperBound & ~mask
            if isSame { continue }
            if range.lowerBound & mask != 0 {
                let split = range.lowerBound | mask
                append(range.lowerBound...split, to: &sequences)
                return append((split + 1)...range.upperBound, to: &sequences)
            }
            if range.upperBound & mask != mask {
                let split = range.upperBound & ~mask
                append(range.lowerBound...(split - 1), to: &sequences)
                return append(split...range.upperBound, to: &sequences)
            }
        }
        sequences.append(zip(low, high).map { $0...$1 })
    }

    private static func bytes(_ scalar: UInt32) -> [UInt8] {
        Unicode.Scalar(scalar).flatMap { UTF8.encode($0) }.map(Array.init) ?? []
    }
}
