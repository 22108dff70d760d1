/// Turns the graph of an expression into a deterministic automaton, by sets of nodes.
struct Determinizer {
    private let graph: NodeGraph
    private let place: String
    private let stateLimit: Int
    private var numbers: [[Int32]: Int32] = [:]
    private var sets: [[Int32]] = []
    private var total = 0
    /// For each node the last search that met it.
    private var marks: [Int32]
    private var search: Int32 = 0

    private init(_ graph: NodeGraph, place: String, stateLimit: Int) {
        self.graph = graph
        self.place = place
        self.stateLimit = stateLimit
        marks = [Int32](repeating: 0, count: graph.nodes.count)
    }

    /// The automaton of `graph`, with at most `stateLimit` states.
    static func automaton(
        _ graph: NodeGraph, place: String, stateLimit: Int
    ) throws(ConstraintError) -> ByteAutomaton {
        var determinizer = Determinizer(graph, place: place, stateLimit: stateLimit)
        return try determinizer.run()
    }

    private mutating func run() throws(ConstraintError) -> ByteAutomaton {
        _ = try number(of: [0])
        var states: [ByteAutomaton.State] = []
        while states.count < sets.count {
            let set = sets[states.count]
            var state = ByteAutomaton.State(isFinal: set.contains(graph.end))
            state.edges = try edges(of: set)
            state.calls = try calls(of: set)
            states.append(state)
        }
        return ByteAutomaton(states: states)
    }

    /// The state of the nodes that can be reached from `nodes` without a byte or a call.
    private mutating func number(of nodes: [Int32]) throws(ConstraintError) -> Int32 {
        search += 1
        var set: [Int32] = []
        var open = nodes
        while let node = open.popLast() {
            guard marks[Int(node)] != search else { continue }
            marks[Int(node)] = search
            let content = graph.nodes[Int(node)]
            let isPassing = content.edges.isEmpty && content.calls.isEmpty && node != graph.end
            if !isPassing { set.append(node) }
            open.append(contentsOf: content.jumps)
        }
        set.sort()
        if let number = numbers[set] { return number }
        total += set.count
        guard sets.count < stateLimit, total <= ConstraintLimits.subsetNodes else {
            throw ConstraintError(
                .tooLarge, place: place, found: "a part with which the automaton grows too large",
                expected: "a simpler pattern, or a smaller grammar or schema")
        }
        numbers[set] = Int32(sets.count)
        sets.append(set)
        return Int32(sets.count - 1)
    }

    private mutating func edges(
        of set: [Int32]
    ) throws(ConstraintError) -> [ByteAutomaton.Edge] {
        let edges = set.flatMap { graph.nodes[Int($0)].edges }
        if edges.count == 1 {
            let target = try number(of: [edges[0].target])
            return [.init(low: edges[0].low, high: edges[0].high, target: target)]
        }
        var result: [ByteAutomaton.Edge] = []
        for (range, targets) in Self.segments(edges) {
            let target = try number(of: targets)
            if let last = result.last, last.target == target,
                Int(last.high) + 1 == Int(range.lowerBound)
            {
                result[result.count - 1].high = range.upperBound
            } else {
                result.append(.init(low: range.lowerBound, high: range.upperBound, target: target))
            }
        }
        return result
    }

    /// The ranges in which the same edges apply, with the targets of these.
    private static func segments(
        _ edges: [ByteAutomaton.Edge]
    ) -> [(ClosedRange<UInt8>, [Int32])] {
        guard !edges.isEmpty else { return [] }
        var isCut = [Bool](repeating: false, count: 257)
        for edge in edges {
            isCut[Int(edge.low)] = true
            isCut[Int(edge.high) + 1] = true
        }
        let starts = (0...256).filter { isCut[$0] }
        var segment = [Int](repeating: 0, count: 257)
        for (index, start) in starts.enumerated() { segment[start] = index }
        var targets = [[Int32]](repeating: [], count: starts.count)
        for edge in edges {
            for index in segment[Int(edge.low)]..<segment[Int(edge.high) + 1] {
                targets[index].append(edge.target)
            }
        }
        return (0..<starts.count - 1).compactMap { index in
            guard !targets[index].isEmpty else { return nil }
            return (UInt8(starts[index])...UInt8(starts[index + 1] - 1), targets[index])
        }
    }

    private mutating func calls(
        of set: [Int32]
    ) throws(ConstraintError) -> [ByteAutomaton.Call] {
        var targets: [Int32: [Int32]] = [:]
        for node in set {
            for call in graph.nodes[Int(node)].calls {
                targets[call.rule, default: []].append(call.target)
            }
        }
        var calls: [ByteAutomaton.Call] = []
        for rule in targets.keys.sorted() {
            calls.append(.init(rule: rule, target: try number(of: targets[rule] ?? [])))
        }
        return calls
    }
}
