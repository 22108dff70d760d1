/// A JSON text, read once and checked as a whole.
///
/// Strings stay byte strings: keys that differ only in Unicode normalisation are different keys.
/// The values are a flat list of 16-byte nodes that point into the text, so that a tokenizer file
/// with a million strings costs no allocation for each of them.
package final class JSONDocument: Sendable {
    /// The kind of a value.
    package enum Kind: UInt8, Sendable {
        case null, bool, number, string, array, object
    }

    /// One value, followed in the list by the values in it; in an object keys and values alternate.
    struct Node: Sendable {
        var kind: Kind
        /// Whether a string contains a backslash.
        var hasEscapes = false
        /// The place of the value's text; of a string without its quotation marks.
        var start: UInt32
        var end: UInt32
        /// The index of the first node after this value and everything in it.
        var next: UInt32
    }

    /// The greatest length of a text, in bytes.
    package static let longestText = 1 << 29
    /// The greatest depth of arrays and objects in one another.
    package static let greatestDepth = 128

    let bytes: [UInt8]
    let nodes: [Node]
    let file: String

    /// Reads a text.
    ///
    /// Throws a ``TokenizerError`` that names the file and the byte where the text is not JSON
    /// (RFC 8259, no extensions), not UTF-8, or over a limit.
    ///
    /// - Parameter file: The name that errors use.
    package init(_ bytes: [UInt8], file: String) throws(TokenizerError) {
        var parser = JSONParser(bytes, file: file)
        try parser.parse()
        self.bytes = bytes
        self.nodes = parser.nodes
        self.file = file
    }

    /// The outermost value.
    package var root: JSONValue { JSONValue(document: self, index: 0) }
}
