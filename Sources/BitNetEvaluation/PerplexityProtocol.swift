/// Which tokens of a text are scored, and with what in front of them.
///
/// Both cut the tokens of the text into windows that do not overlap and leave out an incomplete
/// last one; a window sees nothing of the one before it. Their figures are not comparable.
public enum PerplexityProtocol: String, Sendable, CaseIterable {
    /// As llama.cpp counts: a window's first token is replaced by the begin-of-text token, and the
    /// second half of the window is scored, so that every scored token has half a window of context.
    ///
    /// llama.cpp's own program leaves out the first token of that half, and puts begin-of-text in
    /// front of the text before it is cut, so its figures differ a little.
    case llamaCpp = "llama.cpp"
    /// Windows as they are, without begin-of-text; every token but a window's first is scored.
    case consecutive

    /// The positions of a window of `length` tokens that are scored.
    public func scoredPositions(windowLength length: Int) -> Range<Int> {
        switch self {
        case .llamaCpp: length / 2..<length
        case .consecutive: 1..<length
        }
    }
}
