internal import BitNetTokenizers

extension SchemaCompiler {
    private static let mostStates = 20_000

    /// A member that the schema does not name; nil if there can be none.
    mutating func otherMembers(
        _ schema: MergedSchema
    ) throws(ConstraintError) -> GrammarExpression? {
        var kinds: [(name: GrammarExpression, value: GrammarExpression)] = []
        var content: [SchemaReference]?
        switch schema.additional {
        case .forbidden?: content = nil
        case .schemas(let schemas)?: content = schemas
        case nil: content = schema.isOpen ? [] : nil
        }
        if schema.patternProperties.isEmpty, schema.names.isEmpty {
            guard let content else { return nil }
            kinds.append((plainName(but: schema.properties.map(\.name)), try value(of: content)))
        } else {
            kinds = try patternMembers(schema, content)
        }
        guard !kinds.isEmpty else { return nil }
        let pairs = kinds.map { name, value in
            GrammarExpression.sequence([name, .text(":"), .optional(.text(" ")), value])
        }
        return pairs.count == 1 ? pairs[0] : .choice(pairs)
    }

    /// The names in quotation marks without escapes that are none of `names`.
    private mutating func plainName(but names: [[UInt8]]) -> GrammarExpression {
        guard !names.isEmpty else { return shared.name(&grammar) }
        var tree = NameTree()
        for name in names { tree.insert(String(decoding: name, as: UTF8.self).unicodeScalars) }
        return .sequence([.text("\""), tree.others(tail: shared.nameTail(&grammar))])
    }

    /// Members whose names are told by patterns, and if `rest` is there, those that none matches.
    private mutating func patternMembers(
        _ schema: MergedSchema, _ rest: [SchemaReference]?
    ) throws(ConstraintError) -> [(name: GrammarExpression, value: GrammarExpression)] {
        var free = try names(schema)
        var kinds: [(GrammarExpression, GrammarExpression)] = []
        var seen: [ByteAutomaton] = []
        for (pattern, content) in schema.patternProperties {
            let own = try NamePattern(pattern.value.utf8 ?? [], place: pattern.pointer).automaton
            for other in seen {
                let both = own.combined(with: other, limit: Self.mostStates)
                guard let both, both.isEmpty else {
                    throw pattern.error(
                        .unsupported,
                        found: "a pattern that matches names that another one matches",
                        expected: "patterns of which a name matches one at most")
                }
            }
            seen.append(own)
            let matched = try unwrap(own.combined(with: free, limit: Self.mostStates), pattern)
            free = try unwrap(
                free.combined(with: own, subtracting: true, limit: Self.mostStates), pattern)
            if !matched.isEmpty {
                kinds.append((Self.quoted(matched), try value(of: [content])))
            }
        }
        if let rest, !free.isEmpty { kinds.append((Self.quoted(free), try value(of: rest))) }
        return kinds
    }

    private static func quoted(_ name: ByteAutomaton) -> GrammarExpression {
        .sequence([.text("\""), .automaton(name), .text("\"")])
    }

    /// The names that are allowed and not named, without quotation marks.
    private func names(_ schema: MergedSchema) throws(ConstraintError) -> ByteAutomaton {
        let all = GrammarExpression.repeated(.scalar(JSONText.plain), minimum: 0, maximum: nil)
        var names = try NamePattern.automaton(all, place: schema.place)
        for rule in schema.names {
            let allowed = try allowedNames(rule)
            names = try unwrap(names.combined(with: allowed, limit: Self.mostStates), rule)
        }
        guard !schema.properties.isEmpty else { return names }
        let known = GrammarExpression.choice(schema.properties.map { .bytes($0.name) })
        let others = names.combined(
            with: try NamePattern.automaton(known, place: schema.place), subtracting: true,
            limit: Self.mostStates)
        guard let others else {
            throw ConstraintError(
                .tooLarge, place: schema.place, found: "names with too many states",
                expected: "fewer or simpler names")
        }
        return others
    }

    private func unwrap(
        _ automaton: ByteAutomaton?, _ place: SchemaReference
    ) throws(ConstraintError) -> ByteAutomaton {
        guard let automaton else {
            throw place.error(
                .tooLarge, found: "a pattern with too many states", expected: "a simpler pattern")
        }
        return automaton
    }

    /// The names that one `propertyNames` allows.
    private func allowedNames(_ rule: SchemaReference) throws(ConstraintError) -> ByteAutomaton {
        if rule.value.bool == false {
            return try NamePattern.automaton(.never, place: rule.pointer)
        }
        let schema = try MergedSchema([rule])
        let plain = GrammarExpression.scalar(JSONText.plain)
        var names = GrammarExpression.repeated(plain, minimum: 0, maximum: nil)
        if let values = schema.values {
            names = .choice(values.compactMap { $0.value.utf8.map { .bytes($0) } })
        } else if schema.minimumLength > 0 || schema.maximumLength != nil {
            let limit = 1_000
            guard schema.minimumLength < limit, schema.maximumLength ?? 0 < limit else {
                throw rule.error(.tooLarge, expected: "names of fewer than \(limit) characters")
            }
            names = .repeated(
                plain, minimum: schema.minimumLength, maximum: schema.maximumLength)
        }
        var automaton = try NamePattern.automaton(
            names, place: rule.pointer, states: Self.mostStates)
        for pattern in schema.patterns {
            let own = try NamePattern(pattern.value.utf8 ?? [], place: pattern.pointer).automaton
            automaton = try unwrap(
                automaton.combined(with: own, limit: Self.mostStates), pattern)
        }
        let isPlain =
            rule.value.member("$ref") == nil && rule.value.member("anyOf") == nil
            && rule.value.member("allOf") == nil && rule.value.member("oneOf") == nil
            && schema.formats.allSatisfy { StringFormats.pattern($0.value.string ?? "") == nil }
        guard isPlain else {
            throw rule.error(
                .unsupported,
                expected: "propertyNames with pattern, enum, const, minLength and maxLength only")
        }
        return automaton
    }

    /// Refuses named members that `propertyNames` forbids.
    func checkNames(_ schema: MergedSchema) throws(ConstraintError) {
        for rule in schema.names {
            let allowed = try allowedNames(rule)
            for (name, _) in schema.properties where !allowed.matches(name) {
                throw rule.error(
                    .unsatisfiable,
                    found: "names without \"\(String(decoding: name, as: UTF8.self))\"",
                    expected: "names that include those of properties and required")
            }
        }
    }
}

/// Names by their characters, to find those that are not among them.
private struct NameTree {
    private var nodes: [(children: [UInt32: Int], isEnd: Bool)] = [([:], false)]

    mutating func insert(_ name: String.UnicodeScalarView) {
        var node = 0
        for scalar in name {
            if let child = nodes[node].children[scalar.value] {
                node = child
            } else {
                nodes[node].children[scalar.value] = nodes.count
                node = nodes.count
                nodes.append(([:], false))
            }
        }
        nodes[node].isEnd = true
    }

    /// All other names and a closing quotation mark; `tail` is the free rest of one with it.
    func others(tail: GrammarExpression) -> GrammarExpression {
        // From the last node to the first: children have greater numbers than their parents.
        var expressions: [Int: GrammarExpression] = [:]
        for index in nodes.indices.reversed() {
            let node = nodes[index]
            let known = ScalarSet(node.children.keys.map { $0...$0 })
            var choices = [
                GrammarExpression.sequence([
                    .scalar(JSONText.plain.subtracting(known)), tail,
                ])
            ]
            if !node.isEnd { choices.append(.text("\"")) }
            for (scalar, child) in node.children.sorted(by: { $0.key < $1.key }) {
                let set = ScalarSet([scalar...scalar]).intersection(JSONText.plain)
                guard !set.isEmpty, let rest = expressions[child] else { continue }
                choices.append(.sequence([.scalar(set), rest]))
            }
            expressions[index] = .choice(choices)
        }
        return expressions[0] ?? .never
    }
}
