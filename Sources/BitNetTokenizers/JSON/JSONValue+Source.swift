extension JSONValue {
    /// The value as it is written in the document.
    package var sourceText: String {
        let node = document.nodes[index]
        // A string's place is without its quotation marks.
        let margin: UInt32 = kind == .string ? 1 : 0
        return String(
            decoding: document.bytes[Int(node.start - margin)..<Int(node.end + margin)],
            as: UTF8.self)
    }
}
