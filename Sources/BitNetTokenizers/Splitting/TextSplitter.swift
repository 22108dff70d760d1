/// Cuts text into the matches of a split pattern.
///
/// Hand-written matchers over scalars decoded from UTF-8. The matches cover the text without gaps.
/// An ill-formed byte counts as one scalar that is neither letter, number nor space.
///
/// - Complexity: linear in the length of the text; a run of white space is read at most twice.
package struct TextSplitter: Sendable {
    let pattern: SplitPattern
    let classes = ScalarClasses.shared

    /// Creates a splitter for the matches of `pattern`.
    package init(pattern: SplitPattern) { self.pattern = pattern }

    /// The place just after the match that begins at `start`.
    ///
    /// - Precondition: `start < end` and `end <= bytes.count`.
    package func matchEnd(in bytes: [UInt8], from start: Int, end: Int) -> Int {
        switch pattern {
        case .llama3, .qwen2: modernMatchEnd(bytes, from: start, end: end)
        case .gpt2: gpt2MatchEnd(bytes, from: start, end: end)
        }
    }

    /// The ends of all matches in `text`.
    package func matchEnds(in text: [UInt8]) -> [Int] {
        var ends: [Int] = []
        while (ends.last ?? 0) < text.count {
            ends.append(matchEnd(in: text, from: ends.last ?? 0, end: text.count))
        }
        return ends
    }

    /// The class of the scalar at a place and its length in bytes.
    @inline(__always)
    func scalarClass(_ bytes: [UInt8], at index: Int, end: Int) -> (ScalarClass, length: Int) {
        let step = DecodedScalar(bytes, at: index, end: end)
        guard step.kind == .scalar else { return (.other, 1) }
        return (classes[step.value], step.length)
    }

    /// The end of the run of scalars, at most `limit` of them, whose class is `wanted`.
    @inline(__always)
    func runEnd(
        _ bytes: [UInt8], from start: Int, end: Int, of wanted: ScalarClass, limit: Int = .max
    ) -> Int {
        var index = start
        var count = 0
        while index < end, count < limit {
            let (kind, length) = scalarClass(bytes, at: index, end: end)
            guard kind == wanted else { break }
            index += length
            count += 1
        }
        return index
    }
}
