extension TextSplitter {
    /// Llama 3 and Qwen 2, which differ in the length of numbers only.
    func modernMatchEnd(_ bytes: [UInt8], from start: Int, end: Int) -> Int {
        let (first, length) = scalarClass(bytes, at: start, end: end)
        if let contraction = contractionEnd(bytes, from: start, end: end, ignoresCase: true) {
            return contraction
        }
        let next = start + length
        if first == .letter { return runEnd(bytes, from: next, end: end, of: .letter) }
        if first == .number {
            let limit = pattern.longestNumber - 1
            return runEnd(bytes, from: next, end: end, of: .number, limit: limit)
        }
        if !first.contains(.newline) {
            let word = runEnd(bytes, from: next, end: end, of: .letter)
            if word > next { return word }
        }
        if let symbols = symbolsEnd(bytes, from: start, end: end, first: first) {
            return newlinesEnd(bytes, from: symbols, end: end)
        }
        return spacesEnd(bytes, from: start, end: end, cutsAfterNewlines: true)
    }

    func gpt2MatchEnd(_ bytes: [UInt8], from start: Int, end: Int) -> Int {
        if let contraction = contractionEnd(bytes, from: start, end: end, ignoresCase: false) {
            return contraction
        }
        let content = bytes[start] == 0x20 ? start + 1 : start
        if content < end {
            let (kind, _) = scalarClass(bytes, at: content, end: end)
            if !kind.contains(.space) { return runEnd(bytes, from: content, end: end, of: kind) }
        }
        return spacesEnd(bytes, from: start, end: end, cutsAfterNewlines: false)
    }

    /// `'s|'t|'re|'ve|'m|'ll|'d`.
    ///
    /// With `ignoresCase`, `s` also stands for U+017F, whose case folding it is.
    private func contractionEnd(
        _ bytes: [UInt8], from start: Int, end: Int, ignoresCase: Bool
    ) -> Int? {
        guard bytes[start] == UInt8(ascii: "'"), start + 1 < end else { return nil }
        let fold: UInt8 = ignoresCase ? 0x20 : 0
        let first = bytes[start + 1]
        let second = start + 2 < end ? bytes[start + 2] : 0
        switch first | fold {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
            return start + 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"):
            return second | fold == UInt8(ascii: "e") ? start + 3 : nil
        case UInt8(ascii: "l"):
            return second | fold == UInt8(ascii: "l") ? start + 3 : nil
        default:
            return ignoresCase && first == 0xC5 && second == 0xBF ? start + 3 : nil
        }
    }

    /// ` ?[^\s\p{L}\p{N}]+`.
    private func symbolsEnd(
        _ bytes: [UInt8], from start: Int, end: Int, first: ScalarClass
    ) -> Int? {
        if first == .other { return runEnd(bytes, from: start, end: end, of: .other) }
        guard bytes[start] == 0x20 else { return nil }
        let symbols = runEnd(bytes, from: start + 1, end: end, of: .other)
        return symbols > start + 1 ? symbols : nil
    }

    /// `[\r\n]*`.
    private func newlinesEnd(_ bytes: [UInt8], from start: Int, end: Int) -> Int {
        var index = start
        while index < end, bytes[index] == 0x0A || bytes[index] == 0x0D { index += 1 }
        return index
    }

    /// `\s*[\r\n]+|\s+(?!\S)|\s+`, or the last two of these, at a white space.
    ///
    /// Backtracking gives: up to the last newline of the run if it has one; otherwise the run
    /// without its last scalar when something follows the run and something is left of it.
    private func spacesEnd(
        _ bytes: [UInt8], from start: Int, end: Int, cutsAfterNewlines: Bool
    ) -> Int {
        var index = start
        var last = start
        var newline: Int?
        while index < end {
            let (kind, length) = scalarClass(bytes, at: index, end: end)
            guard kind.contains(.space) else { break }
            last = index
            index += length
            if kind.contains(.newline) { newline = index }
        }
        if cutsAfterNewlines, let newline { return newline }
        return index < end && last > start ? last : index
    }
}
