extension JSONValue {
    /// The number, if it is one; infinite when it is beyond the largest.
    package var double: Double? {
        guard kind == .number else { return nil }
        return Double(text)
    }

    /// The number, if it is written as an integer without a sign that fits.
    package var unsignedInteger: UInt64? {
        guard kind == .number else { return nil }
        return UInt64(text)
    }

    private var text: Substring {
        let end = Int(document.nodes[index].end)
        return Substring(decoding: document.bytes[byteOffset..<end], as: UTF8.self)
    }
}

extension JSONValue {
    /// The value as it is written, without white space around it; of a string without its quotation
    /// marks.
    package var source: ArraySlice<UInt8> {
        document.bytes[byteOffset..<Int(document.nodes[index].end)]
    }
}
