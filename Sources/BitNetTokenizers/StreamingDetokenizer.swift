/// Turns tokens into text one at a time.
///
/// A character whose bytes come in several tokens is held back until it is complete, so every part
/// is text that can be shown. All parts and the result of `finish` together are exactly what
/// ``Tokenizer/decode(_:skipSpecialTokens:)`` gives for all tokens.
public struct StreamingDetokenizer: Sendable {
    private let tokenizer: Tokenizer
    private let skipSpecialTokens: Bool
    private var repairer = UTF8Repairer()
    /// Whether a space that comes next is the one in front of the text.
    private var isAtStart: Bool

    /// Creates a detokenizer at the beginning of a text.
    public init(_ tokenizer: Tokenizer, skipSpecialTokens: Bool = true) {
        self.tokenizer = tokenizer
        self.skipSpecialTokens = skipSpecialTokens
        isAtStart = tokenizer.core.stripsLeadingSpace
    }

    /// The text that `id` completes; often empty in the middle of a character.
    public mutating func append(_ id: TokenID) -> String {
        if skipSpecialTokens, tokenizer.isSpecial(id) { return "" }
        var bytes = tokenizer.bytes(of: id)
        if isAtStart, let first = bytes.first {
            isAtStart = false
            if first == 0x20 { bytes.removeFirst() }
        }
        return repairer.append(bytes)
    }

    /// The text that is still held back, when no token follows: U+FFFD for a cut character.
    public mutating func finish() -> String { repairer.finish() }
}
