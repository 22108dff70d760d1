/// A set of bytes.
struct ByteSet: Hashable, Sendable {
    private var low: UInt64 = 0
    private var lowHigh: UInt64 = 0
    private var highLow: UInt64 = 0
    private var high: UInt64 = 0

    /// The empty set.
    init() {}

    /// The set of the bytes in `range`.
    init(_ range: ClosedRange<UInt8>) { insert(range) }

    /// The set of the bytes of `text`.
    init(_ text: StaticString) {
        for byte in "\(text)".utf8 { insert(byte...byte) }
    }

    func contains(_ byte: UInt8) -> Bool {
        let bit = UInt64(1) << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: return low & bit != 0
        case 1: return lowHigh & bit != 0
        case 2: return highLow & bit != 0
        default: return high & bit != 0
        }
    }

    mutating func insert(_ range: ClosedRange<UInt8>) {
        for byte in range {
            let bit = UInt64(1) << UInt64(byte & 63)
            switch byte >> 6 {
            case 0: low |= bit
            case 1: lowHigh |= bit
            case 2: highLow |= bit
            default: high |= bit
            }
        }
    }

    /// The longest runs of bytes in the set, ascending.
    var ranges: [ClosedRange<UInt8>] {
        var ranges: [ClosedRange<UInt8>] = []
        var first: Int?
        for byte in 0...256 {
            let isIn = byte < 256 && contains(UInt8(byte))
            if isIn, first == nil { first = byte }
            if !isIn, let start = first {
                ranges.append(UInt8(start)...UInt8(byte - 1))
                first = nil
            }
        }
        return ranges
    }
}
