/// Many byte strings in one allocation, as vocabularies and merge lists need.
public struct StringTable: Sendable, Equatable {
    /// The bytes of all strings, one after the other.
    public let bytes: [UInt8]
    /// Where each string starts in `bytes`, and the end of the last: `count + 1` offsets.
    public let offsets: [UInt32]

    /// The number of strings.
    public var count: Int { offsets.count - 1 }

    /// Packs `strings` as UTF-8.
    public init(_ strings: some Sequence<String>) {
        var bytes: [UInt8] = []
        var offsets: [UInt32] = [0]
        for string in strings {
            bytes.append(contentsOf: string.utf8)
            offsets.append(UInt32(bytes.count))
        }
        self.init(bytes: bytes, offsets: offsets)
    }

    /// Strings that lie in `bytes` one after the other; `offsets` has one more value than strings.
    package init(bytes: [UInt8], offsets: [UInt32]) {
        self.bytes = bytes
        self.offsets = offsets
    }

    /// The bytes of string `index`.
    public subscript(index: Int) -> ArraySlice<UInt8> {
        bytes[Int(offsets[index])..<Int(offsets[index + 1])]
    }

    /// String `index` decoded as UTF-8, with U+FFFD for invalid bytes.
    public func string(at index: Int) -> String { String(decoding: self[index], as: UTF8.self) }
}
