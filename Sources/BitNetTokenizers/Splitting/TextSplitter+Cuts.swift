extension TextSplitter {
    /// Whether `text` may be cut before `position` without any match changing, whatever follows.
    ///
    /// True for some places only: between a line feed and what is no white space, and before the
    /// space between two ASCII letters. No alternative of the patterns of Llama 3 and Qwen 2
    /// matches across these. Always false for GPT-2's pattern, whose `\s+(?!\S)` gives up the line
    /// feed. The scalar at `position` must be complete.
    package func isExactCut(in text: [UInt8], at position: Int) -> Bool {
        guard pattern != .gpt2, position > 0, position < text.count else { return false }
        switch text[position - 1] {
        case 0x0A:
            return !scalarClass(text, at: position, end: text.count).0.contains(.space)
        case let before where Self.isLetter(before):
            return text[position] == 0x20 && position + 1 < text.count
                && Self.isLetter(text[position + 1])
        default:
            return false
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}

extension Tokenizer {
    /// Says where a text may be cut so that its parts, encoded without special tokens, give the
    /// tokens of the whole; nil for tokenizers whose texts can't be cut.
    package var exactCuts: TextSplitter? {
        guard case .byteLevel(let encoder) = core.encoder, encoder.splitter.pattern != .gpt2,
            !encoder.addsPrefixSpace, !core.added.hasTextTokens
        else { return nil }
        return encoder.splitter
    }
}
