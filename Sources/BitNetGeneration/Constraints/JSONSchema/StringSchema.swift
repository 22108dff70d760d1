internal import BitNetTokenizers

/// Turns the keywords for strings into expressions.
struct StringSchema {
    /// The most states of a pattern's automaton where it is to be combined with another.
    private static let mostStates = 20_000

    let schema: MergedSchema

    /// The strings with their quotation marks.
    func expression(
        _ grammar: inout Grammar, _ shared: inout SharedRules
    ) throws(ConstraintError) -> GrammarExpression {
        let (minimum, maximum) = (schema.minimumLength, schema.maximumLength)
        if let maximum, maximum < minimum { return .never }
        let nodes = try patterns()
        guard !nodes.isEmpty else {
            if minimum == 0, maximum == nil { return shared.string(&grammar) }
            if maximum == 0 { return .text("\"\"") }
            return .sequence([.text("\""), .rule(counted(&grammar))])
        }
        let content = try content(of: nodes)
        return .sequence([.text("\""), content, .text("\"")])
    }

    /// The rule for a number of characters and the closing quotation mark.
    private func counted(_ grammar: inout Grammar) -> Int {
        let maximum = schema.maximumLength ?? Int(CompiledGrammar.unbounded)
        return grammar.add(
            "a string", place: schema.place,
            .counted(
                unit: JSONText.character, minimum: schema.minimumLength, maximum: maximum,
                end: 0x22))
    }

    /// A pattern or format, and where it is.
    private func patterns() throws(ConstraintError) -> [(node: RegexNode, place: String)] {
        var nodes: [(RegexNode, String)] = []
        for pattern in schema.patterns {
            let node = try RegexParser.parse(pattern.value.utf8 ?? [], place: pattern.pointer)
            guard let whole = node.searching else {
                throw pattern.error(
                    .unsupported, expected: "anchors at the beginning or the end of an alternative")
            }
            nodes.append((whole, pattern.pointer))
        }
        var known: Set<String> = []
        for format in schema.formats {
            let name = format.value.string ?? ""
            guard let text = StringFormats.pattern(name), known.insert(name).inserted else {
                continue
            }
            nodes.append(
                (try RegexParser.parse(Array(text.utf8), place: format.pointer), format.pointer))
        }
        return nodes
    }

    private func content(
        of nodes: [(node: RegexNode, place: String)]
    ) throws(ConstraintError) -> GrammarExpression {
        let isLengthSure = nodes.contains { node, _ in
            let length = node.length
            guard length.minimum >= schema.minimumLength else { return false }
            guard let maximum = schema.maximumLength else { return true }
            return length.maximum.map { $0 <= maximum } ?? false
        }
        if nodes.count == 1, isLengthSure {
            return nodes[0].node.expression(JSONText.character(of:))
        }
        var automaton = try self.automaton(nodes[0])
        for node in nodes.dropFirst() {
            let other = try self.automaton(node)
            let both = automaton.combined(with: other, limit: Self.mostStates)
            automaton = try unwrap(both, node.place)
        }
        if !isLengthSure { automaton = try unwrap(limited(automaton), nodes[0].place) }
        return .automaton(automaton)
    }

    private func automaton(
        _ part: (node: RegexNode, place: String)
    ) throws(ConstraintError) -> ByteAutomaton {
        try NamePattern.automaton(
            part.node.expression(JSONText.character(of:)), place: part.place,
            states: Self.mostStates)
    }

    private func unwrap(
        _ automaton: ByteAutomaton?, _ place: String
    ) throws(ConstraintError) -> ByteAutomaton {
        guard let automaton else {
            throw ConstraintError(
                .tooLarge, place: place,
                found: "a pattern that takes more than \(Self.mostStates) states together with the "
                    + "other patterns and lengths",
                expected: "a pattern that states the length, such as ^[a-z]{1,20}$")
        }
        return automaton
    }

    /// The strings of `automaton` with an allowed number of characters.
    private func limited(_ automaton: ByteAutomaton) throws(ConstraintError) -> ByteAutomaton? {
        let unit = try NamePattern.automaton(
            JSONText.character, place: schema.place, states: Self.mostStates)
        let (minimum, maximum) = (schema.minimumLength, schema.maximumLength)
        return ByteAutomaton(
            from: Place(), limit: Self.mostStates,
            isFinal: { (place: Place) -> Bool in
                let isMatched = automaton.states[Int(place.state)].isFinal
                return isMatched && place.unit == 0 && place.count >= minimum
            },
            step: { (place: Place, byte: UInt8) -> Place? in
                guard let state = automaton.next(place.state, byte),
                    let inUnit = unit.next(place.unit, byte)
                else { return nil }
                guard unit.states[Int(inUnit)].isFinal else {
                    return Place(state: state, unit: inUnit, count: place.count)
                }
                let count = place.count + 1
                guard let maximum else {
                    return Place(state: state, count: min(count, minimum))
                }
                return count <= maximum ? Place(state: state, count: count) : nil
            })
    }

    /// A state of a pattern, a state in a character, and the number of characters before it.
    private struct Place: Hashable {
        var state: Int32 = 0
        var unit: Int32 = 0
        var count = 0
    }
}
