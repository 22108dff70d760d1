/// Python's view of a string: a sequence of scalars without canonical equivalence.
extension String {
    init(scalars: some Sequence<Unicode.Scalar>) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        self.init(view)
    }

    /// Whether both strings have the same scalars.
    ///
    /// Swift's `==` would also equate `é` with `e` and
    /// a combining accent.
    func isSameText(as other: String) -> Bool {
        self == other && utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }

    /// Whether this string is before another by the numbers of its scalars.
    func isBefore(_ other: String) -> Bool {
        utf8.lexicographicallyPrecedes(other.utf8)
    }

    /// Whether the string begins with these scalars.
    func startsText(_ prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }

    /// Whether the string ends with these scalars.
    func endsText(_ suffix: String) -> Bool {
        utf8.count >= suffix.utf8.count && utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }

    /// The string without the scalars of `characters` at its ends; without Python's white space if
    /// `nil`.
    func stripped(
        _ characters: String? = nil, leading: Bool = true, trailing: Bool = true
    ) -> String {
        let set = characters.map { Set($0.unicodeScalars) }
        let scalars = unicodeScalars
        func isStripped(_ scalar: Unicode.Scalar) -> Bool {
            set?.contains(scalar) ?? scalar.isPythonSpace
        }
        var start = scalars.startIndex
        var end = scalars.endIndex
        if leading {
            start = scalars.firstIndex { !isStripped($0) } ?? end
        }
        while trailing, end > start {
            let before = scalars.index(before: end)
            guard isStripped(scalars[before]) else { break }
            end = before
        }
        return String(scalars[start..<end])
    }

    /// The words between runs of white space; after `limit` of them, the rest is one.
    func words(limit: Int?) -> [String] {
        var words: [String] = []
        var rest = unicodeScalars[...].drop(while: \.isPythonSpace)
        while !rest.isEmpty {
            if let limit, words.count >= limit {
                words.append(String(rest))
                break
            }
            let end = rest.firstIndex(where: \.isPythonSpace) ?? rest.endIndex
            words.append(String(rest[..<end]))
            rest = rest[end...].drop(while: \.isPythonSpace)
        }
        return words
    }

    /// The lines by Python's `splitlines`, with their ends if `keepingEnds`.
    func pythonLines(keepingEnds: Bool = false) -> [String] {
        var lines: [String] = []
        let scalars = unicodeScalars
        var start = scalars.startIndex
        while start < scalars.endIndex {
            let end = scalars[start...].firstIndex(where: \.isPythonLineEnd) ?? scalars.endIndex
            var next = end
            if end < scalars.endIndex {
                next = scalars.index(after: end)
                if scalars[end] == "\r", next < scalars.endIndex, scalars[next] == "\n" {
                    next = scalars.index(after: next)
                }
            }
            lines.append(String(scalars[start..<(keepingEnds ? next : end)]))
            start = next
        }
        return lines
    }
}

extension Unicode.Scalar {
    /// Python's `str.isspace` of one character.
    var isPythonSpace: Bool {
        switch value {
        case 0x20, 0x09...0x0D, 0x1C...0x1F, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029,
            0x202F, 0x205F, 0x3000:
            true
        default: false
        }
    }

    /// Whether `str.splitlines` ends a line here.
    var isPythonLineEnd: Bool {
        switch value {
        case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }
}
