extension TemplateParser {
    /// Parses what an assignment assigns to, up to the word `end` if there is one.
    mutating func parseTarget(
        end: String?, allowsAttribute: Bool, allowsTuple: Bool = true
    ) throws(ChatTemplateError) -> TemplateTarget {
        let first = try parseTargetItem(allowsAttribute: allowsAttribute)
        guard allowsTuple, current == .symbol(.comma) else { return first }
        var targets = [first]
        while skip(.comma) {
            guard case .name(let name) = current else {
                if current == .symbol(.leftParenthesis) {
                    targets.append(try parseTargetItem(allowsAttribute: allowsAttribute))
                    continue
                }
                break
            }
            if name == end { break }
            targets.append(try parseTargetItem(allowsAttribute: allowsAttribute))
        }
        return .tuple(targets)
    }

    private mutating func parseTargetItem(
        allowsAttribute: Bool
    ) throws(ChatTemplateError) -> TemplateTarget {
        if skip(.leftParenthesis) {
            let target = try nested { (parser) throws(ChatTemplateError) in
                try parser.parseTarget(end: nil, allowsAttribute: allowsAttribute)
            }
            try expect(.symbol(.rightParenthesis))
            return target
        }
        let name = try expectName()
        guard !Self.constants.contains(name) else { throw failure("cannot assign to '\(name)'") }
        guard allowsAttribute, skip(.dot) else { return .name(name) }
        return .namespaceAttribute(namespace: name, attribute: try expectName())
    }

    private static let constants: Set<String> = [
        "true", "false", "none", "True", "False", "None",
    ]
}
