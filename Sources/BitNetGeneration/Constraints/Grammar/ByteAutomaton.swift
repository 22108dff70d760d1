/// A deterministic automaton whose edges are bytes or calls of rules.
///
/// State 0 is the first. No two edges of a state have a byte, or a rule, in common.
struct ByteAutomaton: Sendable {
    /// An edge for the bytes from `low` to `high`.
    struct Edge: Hashable, Sendable {
        var low: UInt8
        var high: UInt8
        var target: Int32
    }

    /// An edge for the strings of a rule.
    struct Call: Hashable, Sendable {
        var rule: Int32
        var target: Int32
    }

    struct State: Sendable {
        var edges: [Edge] = []
        var calls: [Call] = []
        var isFinal = false
    }

    var states: [State]

    /// The automaton whose states are those that `step` reaches from `start`; nil if they are more
    /// than `limit`.
    init?<Place: Hashable>(
        from start: Place, limit: Int, isFinal: (Place) -> Bool,
        step: (Place, UInt8) -> Place?
    ) {
        var numbers: [Place: Int32] = [start: 0]
        var places = [start]
        states = []
        while states.count < places.count {
            let place = places[states.count]
            var state = State(isFinal: isFinal(place))
            for byte in UInt8.min...UInt8.max {
                guard let next = step(place, byte) else { continue }
                let target = numbers[next] ?? Int32(places.count)
                if Int(target) == places.count {
                    guard places.count < limit else { return nil }
                    numbers[next] = target
                    places.append(next)
                }
                state.add(byte, target)
            }
            states.append(state)
        }
    }

    init(states: [State]) { self.states = states }

    /// The state behind `byte`; nil if there is none.
    func next(_ state: Int32, _ byte: UInt8) -> Int32? {
        states[Int(state)].edges.first { $0.low <= byte && byte <= $0.high }?.target
    }

    /// Whether it matches `text`; it must have no calls.
    func matches(_ text: some Sequence<UInt8>) -> Bool {
        var state: Int32 = 0
        for byte in text {
            guard let next = next(state, byte) else { return false }
            state = next
        }
        return states[Int(state)].isFinal
    }

    /// What two automata without calls match both, or the first but not the second; nil if that
    /// takes more than `limit` states.
    func combined(
        with other: ByteAutomaton, subtracting: Bool = false, limit: Int
    ) -> ByteAutomaton? {
        let dead: Int32 = -1
        return ByteAutomaton(
            from: [0, 0] as [Int32], limit: limit,
            isFinal: { pair in
                let isOther = pair[1] != dead && other.states[Int(pair[1])].isFinal
                return states[Int(pair[0])].isFinal && isOther != subtracting
            },
            step: { pair, byte in
                guard let first = next(pair[0], byte) else { return nil }
                let second = pair[1] == dead ? nil : other.next(pair[1], byte)
                guard second != nil || subtracting else { return nil }
                return [first, second ?? dead]
            })
    }

    /// Whether it matches nothing.
    var isEmpty: Bool {
        var seen = Set([Int32(0)])
        var open: [Int32] = [0]
        while let state = open.popLast() {
            if states[Int(state)].isFinal { return false }
            for edge in states[Int(state)].edges where seen.insert(edge.target).inserted {
                open.append(edge.target)
            }
        }
        return true
    }
}

extension ByteAutomaton.State {
    /// Adds an edge for a byte greater than those of all edges before it.
    fileprivate mutating func add(_ byte: UInt8, _ target: Int32) {
        if let last = edges.last, last.target == target, Int(last.high) + 1 == Int(byte) {
            edges[edges.count - 1].high = byte
        } else {
            edges.append(ByteAutomaton.Edge(low: byte, high: byte, target: target))
        }
    }
}
