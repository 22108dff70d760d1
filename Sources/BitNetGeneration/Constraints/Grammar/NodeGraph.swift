/// The nondeterministic automaton of one expression.
struct NodeGraph {
    struct Node {
        var edges: [ByteAutomaton.Edge] = []
        var jumps: [Int32] = []
        var calls: [ByteAutomaton.Call] = []
    }

    private(set) var nodes: [Node] = [Node()]
    private(set) var end: Int32 = 0
    private let limit: Int
    private let place: String

    /// Builds the automaton of `expression` with at most `limit` nodes.
    init(
        _ expression: GrammarExpression, limit: Int, place: String
    ) throws(ConstraintError) {
        self.limit = limit
        self.place = place
        end = try build(expression, from: 0)
    }

    private mutating func add() throws(ConstraintError) -> Int32 {
        guard nodes.count < limit else {
            throw ConstraintError(
                .tooLarge, place: place, found: "more than \(ConstraintLimits.nodes) nodes",
                expected: "a smaller grammar or schema")
        }
        nodes.append(Node())
        return Int32(nodes.count - 1)
    }

    private mutating func jump(_ from: Int32, _ to: Int32) { nodes[Int(from)].jumps.append(to) }

    private mutating func edge(_ from: Int32, _ range: ClosedRange<UInt8>, _ to: Int32) {
        nodes[Int(from)].edges.append(
            ByteAutomaton.Edge(low: range.lowerBound, high: range.upperBound, target: to))
    }

    /// Adds what matches `expression` behind node `start`, and returns the node behind it.
    private mutating func build(
        _ expression: GrammarExpression, from start: Int32
    ) throws(ConstraintError) -> Int32 {
        switch expression {
        case .empty: return start
        case .never: return try add()
        case .bytes(let bytes): return try build(bytes, from: start)
        case .byte(let set):
            let end = try add()
            for range in set.ranges { edge(start, range, end) }
            return end
        case .scalar(let set): return try build(set, from: start)
        case .sequence(let parts):
            var node = start
            for part in parts { node = try build(part, from: node) }
            return node
        case .choice(let parts):
            let end = try add()
            for part in parts { jump(try build(part, from: start), end) }
            return end
        case .repeated(let unit, let minimum, let maximum):
            return try build(unit, minimum, maximum, from: start)
        case .rule(let rule):
            let end = try add()
            nodes[Int(start)].calls.append(ByteAutomaton.Call(rule: Int32(rule), target: end))
            return end
        case .automaton(let automaton): return try build(automaton, from: start)
        case .members(let members, let separator, let trailing):
            return try build(members, separator, trailing, from: start)
        }
    }

    private mutating func build(
        _ bytes: [UInt8], from start: Int32
    ) throws(ConstraintError) -> Int32 {
        var node = start
        for byte in bytes {
            let next = try add()
            edge(node, byte...byte, next)
            node = next
        }
        return node
    }

    private mutating func build(
        _ set: ScalarSet, from start: Int32
    ) throws(ConstraintError) -> Int32 {
        let end = try add()
        for sequence in set.byteSequences {
            var node = start
            for (index, range) in sequence.enumerated() {
                let next = index == sequence.count - 1 ? end : try add()
                edge(node, range, next)
                node = next
            }
        }
        return end
    }

    private mutating func build(
        _ unit: GrammarExpression, _ minimum: Int, _ maximum: Int?, from start: Int32
    ) throws(ConstraintError) -> Int32 {
        var node = start
        for _ in 0..<minimum { node = try build(unit, from: node) }
        guard let maximum else {
            let loop = try add()
            jump(node, loop)
            jump(try build(unit, from: loop), loop)
            return loop
        }
        let end = try add()
        jump(node, end)
        for _ in minimum..<max(maximum, minimum) {
            let inner = try add()
            jump(node, inner)
            node = try build(unit, from: inner)
            jump(node, end)
        }
        return end
    }

    private mutating func build(
        _ automaton: ByteAutomaton, from start: Int32
    ) throws(ConstraintError) -> Int32 {
        let first = Int32(nodes.count)
        for _ in automaton.states { _ = try add() }
        let end = try add()
        jump(start, first)
        for (index, state) in automaton.states.enumerated() {
            let node = first + Int32(index)
            nodes[Int(node)].edges = state.edges.map {
                ByteAutomaton.Edge(low: $0.low, high: $0.high, target: $0.target + first)
            }
            if state.isFinal { jump(node, end) }
        }
        return end
    }

    /// Two tracks through the members: before the first one that is there, and behind one.
    private mutating func build(
        _ members: [GrammarMember], _ separator: GrammarExpression, _ trailing: GrammarExpression,
        from start: Int32
    ) throws(ConstraintError) -> Int32 {
        var before: Int32? = try add()
        jump(start, before ?? start)
        var behind = try add()
        for member in members {
            let next = try add()
            if let node = before { jump(try build(member.expression, from: node), next) }
            let separated = try build(separator, from: behind)
            jump(try build(member.expression, from: separated), next)
            if member.isRepeated {
                let again = try build(separator, from: next)
                jump(try build(member.expression, from: again), next)
            }
            if member.isRequired { before = nil } else { jump(behind, next) }
            behind = next
        }
        behind = try build(trailing, from: behind)
        guard let before else { return behind }
        let end = try add()
        jump(before, end)
        jump(behind, end)
        return end
    }
}
