/// Turns bytes that arrive in parts into text.
///
/// Ill-formed sequences become U+FFFD, one for each maximal subpart, as in Python's
/// `bytes.decode("utf-8", errors="replace")`. A sequence that the next part may complete is held
/// back, so the text does not depend on how the bytes were cut.
struct UTF8Repairer: Sendable {
    /// The beginning of a scalar, at most 3 bytes.
    private var pending: [UInt8] = []

    /// The text that `bytes` complete.
    mutating func append(_ bytes: [UInt8]) -> String {
        let input = pending + bytes
        var output: [UInt8] = []
        output.reserveCapacity(input.count)
        var index = 0
        while index < input.count {
            let step = DecodedScalar(input, at: index, end: input.count)
            switch step.kind {
            case .scalar: output += input[index..<index + step.length]
            case .illFormed: output += Self.replacement
            case .truncated:
                pending = Array(input[index...])
                return String(decoding: output, as: UTF8.self)
            }
            index += step.length
        }
        pending = []
        return String(decoding: output, as: UTF8.self)
    }

    /// The text of what is still held back: nothing, or one U+FFFD.
    mutating func finish() -> String {
        defer { pending = [] }
        return pending.isEmpty ? "" : "\u{FFFD}"
    }

    private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]
}
