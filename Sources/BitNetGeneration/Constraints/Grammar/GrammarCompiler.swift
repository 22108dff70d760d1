/// Turns the rules of a grammar into one set of automata, and checks them.
struct GrammarCompiler {
    /// The automaton of a rule before it is put among the others.
    private struct RuleAutomaton {
        var automaton: ByteAutomaton
        var first: Int32 = 0
        /// For a counted rule, its bounds.
        var counts: (minimum: Int, maximum: Int)?
        /// For a loop, the rule and its bounds.
        var loop: (rule: Int, minimum: Int, maximum: Int)?
    }

    private let grammar: Grammar
    private var parts: [RuleAutomaton] = []
    private var states: [ByteAutomaton.State] = []
    private var roles: [CompiledGrammar.Role] = []
    private var distances: [Int32] = []
    private var nodesLeft = ConstraintLimits.nodes
    private var statesLeft = ConstraintLimits.states

    private init(_ grammar: Grammar) { self.grammar = grammar }

    /// Compiles `grammar`, whose first rule is the one that texts match.
    static func compile(_ grammar: Grammar) throws(ConstraintError) -> CompiledGrammar {
        var grammar = grammar
        try grammar.countLongRepetitions()
        guard grammar.rules.count <= ConstraintLimits.rules else {
            throw ConstraintError(
                .tooLarge, place: "the grammar", found: "\(grammar.rules.count) rules",
                expected: "at most \(ConstraintLimits.rules)")
        }
        var compiler = GrammarCompiler(grammar)
        for rule in grammar.rules { try compiler.append(rule) }
        compiler.place()
        compiler.measure()
        try compiler.check()
        return compiler.assemble()
    }

    private mutating func append(_ rule: GrammarRule) throws(ConstraintError) {
        switch rule.body {
        case .expression(let expression):
            parts.append(RuleAutomaton(automaton: try automaton(of: expression, rule)))
        case .loop(let called, let minimum, let maximum):
            let state = ByteAutomaton(states: [ByteAutomaton.State()])
            parts.append(RuleAutomaton(automaton: state, loop: (called, minimum, maximum)))
        case .counted(let unit, let minimum, let maximum, let end):
            let unit = try automaton(of: unit, rule)
            let counted = Self.counted(unit, end: end)
            parts.append(RuleAutomaton(automaton: counted, counts: (minimum, maximum)))
        }
    }

    private mutating func automaton(
        of expression: GrammarExpression, _ rule: GrammarRule
    ) throws(ConstraintError) -> ByteAutomaton {
        let place = rule.place.isEmpty ? rule.name : rule.place
        let graph = try NodeGraph(expression, limit: nodesLeft, place: place)
        nodesLeft -= graph.nodes.count
        let automaton = try Determinizer.automaton(graph, place: place, stateLimit: statesLeft)
        statesLeft -= automaton.states.count
        return automaton
    }

    /// The automaton of units, each of which leads back to state 0, and `end` from there to the
    /// last state.
    private static func counted(_ unit: ByteAutomaton, end: UInt8) -> ByteAutomaton {
        let exit = Int32(unit.states.count)
        var states = unit.states.map { state in
            var state = state
            state.isFinal = false
            state.edges = state.edges.map { edge in
                let isDone = unit.states[Int(edge.target)].isFinal
                return .init(low: edge.low, high: edge.high, target: isDone ? 0 : edge.target)
            }
            return state
        }
        states[0].edges.append(.init(low: end, high: end, target: exit))
        states[0].edges.sort { $0.low < $1.low }
        states.append(ByteAutomaton.State(isFinal: true))
        return ByteAutomaton(states: states)
    }

    /// Numbers the states of all rules.
    private mutating func place() {
        for index in parts.indices {
            let first = Int32(states.count)
            parts[index].first = first
            for state in parts[index].automaton.states {
                var moved = state
                moved.edges = state.edges.map {
                    .init(low: $0.low, high: $0.high, target: $0.target + first)
                }
                moved.calls = state.calls.map { .init(rule: $0.rule, target: $0.target + first) }
                states.append(moved)
                roles.append(.plain)
            }
            guard let counts = parts[index].counts else { continue }
            let counter = CompiledGrammar.Counter(
                base: first, exit: Int32(states.count - 1), minimum: Int32(counts.minimum),
                maximum: Int32(counts.maximum), unit: 0)
            for state in Int(first)..<states.count { roles[state] = .counted(counter) }
        }
    }

    // MARK: Distances

    private mutating func measure() {
        distances = [Int32](repeating: CompiledGrammar.infinite, count: states.count)
        for part in parts where part.counts != nil { measureUnits(part) }
        var search = DistanceSearch(states, firsts: parts.map(\.first))
        for (rule, part) in parts.enumerated() {
            if part.counts != nil { search.settle(rule, distance(ofRule: rule)) }
            guard let loop = part.loop else { continue }
            search.addLoop(Int(part.first), rule: loop.rule, minimum: Int32(loop.minimum))
        }
        let found = search.run()
        for index in states.indices {
            if case .counted = roles[index] { continue }
            distances[index] = found[index]
        }
        for part in parts { measureLoop(part) }
    }

    private func distance(ofRule rule: Int) -> Int32 {
        let first = Int(parts[rule].first)
        guard case .counted(let counter) = roles[first] else { return distances[first] }
        return CompiledGrammar.product(counter.minimum, counter.unit) + 1
    }

    private mutating func measureLoop(_ part: RuleAutomaton) {
        guard let loop = part.loop else { return }
        let unit = distance(ofRule: loop.rule)
        roles[Int(part.first)] = .loop(
            .init(
                rule: parts[loop.rule].first, minimum: Int32(loop.minimum),
                maximum: unit < CompiledGrammar.infinite ? Int32(loop.maximum) : 0,
                unit: unit, isUnitNullable: unit == 0))
    }

    /// Finds the bytes from each state of a counted rule to the end of its unit.
    private mutating func measureUnits(_ part: RuleAutomaton) {
        let first = Int(part.first)
        let range = first..<first + part.automaton.states.count
        guard case .counted(var counter) = roles[first] else { return }
        var isChanged = true
        while isChanged {
            isChanged = false
            for index in range.reversed() {
                for edge in states[index].edges where edge.target != counter.exit {
                    let rest = edge.target == counter.base ? 0 : distances[Int(edge.target)]
                    guard rest + 1 < distances[index] else { continue }
                    distances[index] = rest + 1
                    isChanged = true
                }
            }
        }
        counter.unit = distances[first]
        distances[range.upperBound - 1] = 0
        for index in range { roles[index] = .counted(counter) }
    }

    // MARK: Checks

    private func check() throws(ConstraintError) {
        let graph = parts.map(rulesBegun)
        if let cycle = LeftRecursion.cycle(in: graph) {
            let names = (cycle + cycle.prefix(1)).map { grammar.rules[$0].name }
            throw ConstraintError(
                .unsupported, place: grammar.rules[cycle[0]].place,
                found: "left recursion: "
                    + names.prefix(8).joined(separator: " begins with ")
                    + (names.count > 8 ? " …" : ""),
                expected: "rules that read something before they call themselves, such as "
                    + "`list ::= item (\",\" item)*` for `list ::= list \",\" item`")
        }
        guard distance(ofRule: 0) < CompiledGrammar.infinite else {
            let rule = grammar.rules[0]
            throw ConstraintError(
                .unsatisfiable, place: rule.place.isEmpty ? rule.name : rule.place,
                found: "rules that no text matches, or none of fewer than 500 MB",
                expected: "rules that a text of reasonable length matches")
        }
    }

    /// The rules that a rule may call before it has read anything.
    private func rulesBegun(_ part: RuleAutomaton) -> [Int] {
        if let loop = part.loop { return [loop.rule] }
        var begun: [Int] = []
        var seen: Set<Int32> = [part.first]
        var open = [part.first]
        while let state = open.popLast() {
            for call in states[Int(state)].calls {
                begun.append(Int(call.rule))
                guard distance(ofRule: Int(call.rule)) == 0 else { continue }
                if seen.insert(call.target).inserted { open.append(call.target) }
            }
        }
        return begun
    }

    // MARK: Assembly

    private func assemble() -> CompiledGrammar {
        var tables = GrammarTables()
        for index in states.indices {
            var state = states[index]
            let isCounted = if case .counted = roles[index] { true } else { false }
            if !isCounted {
                state.edges.removeAll {
                    distances[Int($0.target)] >= CompiledGrammar.infinite
                }
            }
            state.calls.removeAll {
                distance(ofRule: Int($0.rule)) >= CompiledGrammar.infinite
                    || distances[Int($0.target)] >= CompiledGrammar.infinite
            }
            let isLoop = if case .loop = roles[index] { true } else { false }
            tables.append(state, number: Int32(index), isLoop: isLoop)
        }
        tables.calls = tables.calls.map { call in
            let target = states[Int(call.target)]
            let isTail =
                target.isFinal && target.edges.isEmpty && target.calls.isEmpty
            return .init(
                start: parts[Int(call.start)].first, target: call.target, isTail: isTail)
        }
        return CompiledGrammar(
            starts: parts.map(\.first), tables: tables, isFinal: states.map(\.isFinal),
            roles: roles, distances: distances)
    }
}
