/// A value in a JSON document.
package struct JSONValue: Sendable {
    let document: JSONDocument
    let index: Int

    private var node: JSONDocument.Node { document.nodes[index] }

    /// The kind of the value.
    package var kind: JSONDocument.Kind { node.kind }

    /// The offset of the value in the file.
    package var byteOffset: Int { Int(node.start) }

    /// Whether the value is `null`.
    package var isNull: Bool { kind == .null }

    /// The truth value, if it is one.
    package var bool: Bool? {
        kind == .bool ? document.bytes[byteOffset] == UInt8(ascii: "t") : nil
    }

    /// The number, if it is written as an integer that fits.
    package var integer: Int? {
        guard kind == .number else { return nil }
        var value = 0
        let digits = document.bytes[byteOffset..<Int(node.end)]
        for byte in digits.drop(while: { $0 == UInt8(ascii: "-") }) {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(byte) - 0x30)
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return digits.first == UInt8(ascii: "-") ? -value : value
    }

    /// The string, if it is one.
    package var string: String? { utf8.map { String(decoding: $0, as: UTF8.self) } }

    /// The bytes of the string, if it is one.
    package var utf8: [UInt8]? {
        var text: [UInt8] = []
        return appendUTF8(to: &text) ? text : nil
    }

    /// Adds the bytes of the string to `text`; false if the value is no string.
    package func appendUTF8(to text: inout [UInt8]) -> Bool {
        guard kind == .string else { return false }
        let range = byteOffset..<Int(node.end)
        if node.hasEscapes {
            Self.appendUnescaped(document.bytes[range], to: &text)
        } else {
            text.append(contentsOf: document.bytes[range])
        }
        return true
    }

    /// The items of an array; none of anything else.
    package var elements: some Sequence<JSONValue> {
        JSONChildren(document, of: index, isListed: kind == .array)
    }

    /// The number of items of an array.
    package var elementCount: Int {
        var count = 0
        for _ in elements { count += 1 }
        return count
    }

    /// The keys and values of an object, in the order of the file; none of anything else.
    package var members: some Sequence<(key: JSONValue, value: JSONValue)> {
        var children = JSONChildren(document, of: index, isListed: kind == .object)
        return AnyIterator {
            guard let key = children.next(), let value = children.next() else { return nil }
            return (key, value)
        }
    }

    /// The value of a key, compared byte for byte; of a repeated key, the last one.
    package func member(_ name: String) -> JSONValue? {
        let wanted = Array(name.utf8)
        var found: JSONValue?
        for (key, value) in members where key.utf8 == wanted { found = value }
        return found
    }
}

/// The values directly in an array or object.
struct JSONChildren: Sequence, IteratorProtocol {
    private let document: JSONDocument
    private var index: Int
    private let end: Int

    init(_ document: JSONDocument, of parent: Int, isListed: Bool) {
        self.document = document
        index = parent + 1
        end = isListed ? Int(document.nodes[parent].next) : index
    }

    mutating func next() -> JSONValue? {
        guard index < end else { return nil }
        defer { index = Int(document.nodes[index].next) }
        return JSONValue(document: document, index: index)
    }
}
