/// Many byte strings in one buffer.
///
/// String `i` is `bytes[offsets[i]..<offsets[i + 1]]`. Byte strings, not `String`s: two tokens
/// that differ only in Unicode normalisation are equal as `String`s.
public struct PackedStrings: Sendable, Equatable {
    /// The strings, one after the other.
    public private(set) var bytes: [UInt8]
    /// Where each string begins, and at last where the last one ends: `count + 1` offsets.
    public private(set) var offsets: [UInt32]

    /// Creates an empty list.
    public init() {
        bytes = []
        offsets = [0]
    }

    /// Creates a list from a buffer and its offsets.
    ///
    /// Throws a ``TokenizerError`` if the offsets do not begin with 0, decrease, or end elsewhere
    /// than at the end of `bytes`.
    public init(bytes: [UInt8], offsets: [UInt32]) throws(TokenizerError) {
        let isAscending = zip(offsets, offsets.dropFirst()).allSatisfy { $0 <= $1 }
        guard offsets.first == 0, offsets.last.map(Int.init) == bytes.count, isAscending else {
            throw TokenizerError(
                code: .wrongValue, place: "packed strings",
                found: "\(offsets.count) offsets ending at \(offsets.last.map(Int.init) ?? -1)",
                expected: "ascending offsets from 0 to \(bytes.count)")
        }
        self.bytes = bytes
        self.offsets = offsets
    }

    /// Creates a list of the UTF-8 bytes of some strings.
    public init(_ strings: some Sequence<String>) {
        self.init()
        for string in strings { append(Array(string.utf8)) }
    }

    /// The number of strings.
    public var count: Int { offsets.count - 1 }

    /// The bytes of string `index`.
    public subscript(index: Int) -> ArraySlice<UInt8> { bytes[range(of: index)] }

    /// Adds a string at the end.
    ///
    /// - Precondition: All strings together have at most 4 GiB.
    public mutating func append(_ string: some Collection<UInt8>) {
        bytes.append(contentsOf: string)
        offsets.append(UInt32(bytes.count))
    }

    /// The place of string `index` in `bytes`.
    @inline(__always)
    func range(of index: Int) -> Range<Int> {
        Int(offsets[index])..<Int(offsets[index + 1])
    }

    /// The same strings in no more memory than they need.
    func compacted() -> PackedStrings {
        var copy = PackedStrings()
        copy.reserveCapacity(strings: count, bytes: bytes.count)
        copy.bytes.append(contentsOf: bytes)
        copy.offsets.append(contentsOf: offsets.dropFirst())
        return copy
    }

    mutating func reserveCapacity(strings: Int, bytes byteCount: Int) {
        bytes.reserveCapacity(byteCount)
        offsets.reserveCapacity(strings + 1)
    }
}
