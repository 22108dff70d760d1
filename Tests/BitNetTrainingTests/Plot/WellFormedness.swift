/// A check of XML for tests: tags that match, quoted attributes, known entities, legal characters.
enum WellFormedness {
    /// What is wrong first, nil if nothing is.
    static func problem(_ text: String) -> String? {
        var open: [String] = []
        var rest = Substring(text)
        while let start = rest.firstIndex(of: "<") {
            if let problem = entityProblem(rest[..<start]) { return problem }
            guard let end = tagEnd(rest[start...]) else { return "a tag without end" }
            let tag = rest[rest.index(after: start)..<end]
            rest = rest[rest.index(after: end)...]
            if tag.hasPrefix("/") {
                guard open.popLast() == String(tag.dropFirst()) else { return "closing \(tag)" }
                continue
            }
            if let problem = attributeProblem(tag) { return problem }
            let name = String(tag.prefix { $0 != " " && $0 != "/" })
            if !tag.hasSuffix("/") { open.append(name) }
        }
        guard rest.allSatisfy(\.isWhitespace) else { return "text behind the document" }
        let isLegal = text.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" }
        return open.isEmpty ? isLegal ? nil : "a control character" : "open: \(open)"
    }

    /// The > that ends a tag, which is not one in quotation marks.
    private static func tagEnd(_ text: Substring) -> String.Index? {
        var isQuoted = false
        return text.indices.first {
            if text[$0] == "\"" { isQuoted.toggle() }
            return text[$0] == ">" && !isQuoted
        }
    }

    /// Attributes are `name="value"`; between quotation marks there is no markup.
    private static func attributeProblem(_ tag: Substring) -> String? {
        let parts = tag.split(separator: "\"", omittingEmptySubsequences: false)
        guard parts.count % 2 == 1 else { return "an open quotation mark in \(tag)" }
        for index in parts.indices.dropLast() where index % 2 == 0 && !parts[index].hasSuffix("=") {
            return "an attribute without = in \(tag)"
        }
        return tag.contains("<") ? "markup in \(tag)" : entityProblem(tag)
    }

    private static func entityProblem(_ text: Substring) -> String? {
        for part in text.split(separator: "&", omittingEmptySubsequences: false).dropFirst()
        where !["amp;", "lt;", "gt;", "quot;"].contains(where: part.hasPrefix) {
            return "a bare & in \(text)"
        }
        return nil
    }
}
