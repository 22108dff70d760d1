/// Finds the bytes of the shortest text from each state to the end of its rule, the nearest first.
///
/// Source: Knuth, A generalization of Dijkstra's algorithm (1977). Costs time in the edges and calls
/// times the logarithm of their number.
struct DistanceSearch {
    private var distances: [Int32]
    private var isSettled: [Bool]
    private var heap: [(distance: Int32, state: Int32)] = []
    /// Edges backwards: the states that have an edge to each state.
    private var before: [[Int32]]
    /// For each state the calls that go on there, and for each rule those that call it.
    private var callsInto: [[(from: Int32, rule: Int32)]]
    private var callsOf: [[(from: Int32, target: Int32)]]
    /// For each rule the loops over it.
    private var loops: [[(state: Int32, minimum: Int32)]]
    private var ruleDistances: [Int32]
    /// The rule that begins at a state.
    private var ruleOf: [Int32: Int]
    private let firsts: [Int32]

    init(_ states: [ByteAutomaton.State], firsts: [Int32]) {
        self.firsts = firsts
        distances = [Int32](repeating: CompiledGrammar.infinite, count: states.count)
        isSettled = [Bool](repeating: false, count: states.count)
        before = [[Int32]](repeating: [], count: states.count)
        callsInto = [[(from: Int32, rule: Int32)]](repeating: [], count: states.count)
        callsOf = [[(from: Int32, target: Int32)]](repeating: [], count: firsts.count)
        loops = [[(state: Int32, minimum: Int32)]](repeating: [], count: firsts.count)
        ruleDistances = [Int32](repeating: CompiledGrammar.infinite, count: firsts.count)
        ruleOf = [:]
        for (rule, first) in firsts.enumerated() { ruleOf[first] = rule }
        for (index, state) in states.enumerated() {
            let from = Int32(index)
            for edge in state.edges { before[Int(edge.target)].append(from) }
            for call in state.calls {
                callsInto[Int(call.target)].append((from, call.rule))
                callsOf[Int(call.rule)].append((from, call.target))
            }
            if state.isFinal { relax(from, 0) }
        }
    }

    /// Notes the distance of a rule that is known beforehand.
    mutating func settle(_ rule: Int, _ distance: Int32) {
        isSettled[Int(firsts[rule])] = true
        distances[Int(firsts[rule])] = distance
        // Its callers hear of it when their targets are settled.
        ruleDistances[rule] = distance
    }

    /// Notes that `state` is `minimum` or more times `rule`.
    mutating func addLoop(_ state: Int, rule: Int, minimum: Int32) {
        if minimum == 0 {
            relax(Int32(state), 0)
        } else {
            loops[rule].append((Int32(state), minimum))
        }
        if isSettled[Int(firsts[rule])] { relaxLoops(of: rule) }
    }

    /// The distances of all states; `CompiledGrammar.infinite` where there is no end.
    mutating func run() -> [Int32] {
        while let (distance, state) = pop() {
            guard !isSettled[Int(state)] else { continue }
            isSettled[Int(state)] = true
            for from in before[Int(state)] { relax(from, distance + 1) }
            for call in callsInto[Int(state)] {
                relax(call.from, distance + ruleDistances[Int(call.rule)])
            }
            guard let rule = ruleOf[state] else { continue }
            ruleDistances[rule] = distance
            for call in callsOf[rule] where isSettled[Int(call.target)] {
                relax(call.from, distance + distances[Int(call.target)])
            }
            relaxLoops(of: rule)
        }
        return distances
    }

    private mutating func relaxLoops(of rule: Int) {
        for loop in loops[rule] {
            relax(loop.state, CompiledGrammar.product(loop.minimum, ruleDistances[rule]))
        }
    }

    private mutating func relax(_ state: Int32, _ distance: Int32) {
        // Beyond the greatest distance all are the same; infinity stays infinity.
        guard distance < 2 * CompiledGrammar.infinite - 1 else { return }
        let isFinite = distance < CompiledGrammar.infinite
        guard isFinite, distance < distances[Int(state)] else { return }
        distances[Int(state)] = distance
        push(distance, state)
    }

    private mutating func push(_ distance: Int32, _ state: Int32) {
        heap.append((distance, state))
        var index = heap.count - 1
        while index > 0, heap[index].distance < heap[(index - 1) / 2].distance {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func pop() -> (distance: Int32, state: Int32)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count {
                if heap[child].distance < heap[least].distance { least = child }
            }
            guard least != index else { return first }
            heap.swapAt(index, least)
            index = least
        }
    }
}
