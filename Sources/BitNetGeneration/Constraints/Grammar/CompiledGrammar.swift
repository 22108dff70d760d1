/// A state of a grammar's automata, and how many units of a counted repetition are done in it.
struct Symbol: Hashable, Sendable {
    var state: Int32
    var count: Int32 = 0
}

/// The automata of all rules in one numbering of states.
///
/// A text is recognised by a pushdown machine over it: a stack of states to return to, and a top.
/// Every state in it can be completed: those that can't are left out.
final class CompiledGrammar: Sendable {
    /// What a state does besides reading bytes.
    enum Role: Sendable {
        case plain
        /// A state of a counted rule.
        case counted(Counter)
        /// The state of a loop over a rule.
        case loop(Loop)
    }

    /// A repetition of units inside one automaton; `base` is between two units.
    struct Counter: Sendable {
        var base: Int32
        var exit: Int32
        var minimum: Int32
        var maximum: Int32
        /// The bytes of the shortest unit.
        var unit: Int32
    }

    /// A repetition of a rule.
    struct Loop: Sendable {
        var rule: Int32
        var minimum: Int32
        var maximum: Int32
        var unit: Int32
        var isUnitNullable: Bool
    }

    /// A call: where the rule begins, and where to go on behind it.
    struct Call: Sendable {
        var start: Int32
        var target: Int32
        /// Whether nothing is left to do behind it but to return.
        var isTail: Bool
    }

    /// The first state of each rule.
    let starts: [Int32]
    /// The place of each state's edges and calls.
    let edgeStarts: [Int32]
    let edges: [ByteAutomaton.Edge]
    let callStarts: [Int32]
    let calls: [Call]
    let isFinal: [Bool]
    /// Whether a state does nothing but read bytes.
    let isLight: [Bool]
    let roles: [Role]
    /// Whether a state's role is plain.
    private let isPlain: [Bool]
    /// For each state the place of its counter in `counters`, or -1.
    private let counterIndices: [Int32]
    private let counters: [Counter]
    /// The bytes of the shortest text from a state to the end of its rule; in the middle of a
    /// counted unit, to the end of the unit.
    let distances: [Int32]
    /// The categories whose bytes all lead from a state to itself.
    let loopCategories: [UInt16]
    /// For each state its row in `table`, or -1.
    let rows: [Int32]
    /// Rows of 256 targets; -1 for none.
    let table: [Int32]

    init(
        starts: [Int32], tables: GrammarTables, isFinal: [Bool], roles: [Role], distances: [Int32]
    ) {
        self.starts = starts
        edgeStarts = tables.edgeStarts
        edges = tables.edges
        callStarts = tables.callStarts
        calls = tables.calls
        self.isFinal = isFinal
        isLight = tables.isLight
        self.roles = roles
        self.distances = distances
        rows = tables.rows
        table = tables.table
        isPlain = roles.map { if case .plain = $0 { true } else { false } }
        (counterIndices, counters) = Self.counters(roles)
        loopCategories = ByteCategory.loops(
            tables.loopCategories, rows: tables.rows, table: tables.table)
    }

    private static func counters(_ roles: [Role]) -> ([Int32], [Counter]) {
        var indices = [Int32](repeating: -1, count: roles.count)
        var counters: [Counter] = []
        for (state, role) in roles.enumerated() {
            guard case .counted(let counter) = role else { continue }
            if counters.last?.base != counter.base { counters.append(counter) }
            indices[state] = Int32(counters.count - 1)
        }
        return (indices, counters)
    }

    /// More than any distance.
    static let infinite: Int32 = 1 << 29
    /// The greatest count of a counted rule without one; its counts stop at the least.
    static let unbounded: Int32 = .max

    var start: Symbol { Symbol(state: starts[0]) }

    /// The state behind `byte`, without regard to counts; -1 for none.
    @inline(__always)
    func target(_ state: Int32, _ byte: UInt8) -> Int32 {
        let row = rows[Int(state)]
        if row >= 0 { return table[Int(row) << 8 | Int(byte)] }
        var index = Int(edgeStarts[Int(state)])
        let end = Int(edgeStarts[Int(state) + 1])
        while index < end {
            let edge = edges[index]
            if byte < edge.low { return -1 }
            if byte <= edge.high { return edge.target }
            index += 1
        }
        return -1
    }

    /// What follows `symbol` behind `byte`; nil for nothing.
    @inline(__always)
    func next(_ symbol: Symbol, _ byte: UInt8) -> Symbol? {
        let target = target(symbol.state, byte)
        guard target >= 0 else { return nil }
        guard let counter = counter(symbol.state) else { return Symbol(state: target) }
        if symbol.state == counter.base {
            if target == counter.exit {
                return symbol.count >= counter.minimum ? Symbol(state: target) : nil
            }
            if symbol.count >= counter.maximum { return nil }
        }
        guard target == counter.base else { return Symbol(state: target, count: symbol.count) }
        let isOpen = counter.maximum == Self.unbounded && symbol.count >= counter.minimum
        return Symbol(state: target, count: symbol.count + (isOpen ? 0 : 1))
    }

    /// The bytes of the shortest text from `symbol` to the end of its rule.
    @inline(__always)
    func distance(_ symbol: Symbol) -> Int32 {
        isPlain[Int(symbol.state)] ? distances[Int(symbol.state)] : countedDistance(symbol)
    }

    private func countedDistance(_ symbol: Symbol) -> Int32 {
        let distance = distances[Int(symbol.state)]
        switch roles[Int(symbol.state)] {
        case .plain: return distance
        case .loop(let loop):
            return Self.product(max(loop.minimum - symbol.count, 0), loop.unit)
        case .counted(let counter):
            if symbol.state == counter.exit { return 0 }
            let isBase = symbol.state == counter.base
            let left = counter.minimum - symbol.count - (isBase ? 0 : 1)
            let rest = Self.product(max(left, 0), counter.unit) + 1
            return min((isBase ? 0 : distance) + rest, Self.infinite - 1)
        }
    }

    /// The counter of a state of a counted rule.
    @inline(__always)
    func counter(_ state: Int32) -> Counter? {
        let index = counterIndices[Int(state)]
        return index < 0 ? nil : counters[Int(index)]
    }

    /// A product that stays below infinity where its factors do.
    static func product(_ count: Int32, _ unit: Int32) -> Int32 {
        unit >= infinite && count > 0
            ? infinite : Int32(min(Int(count) * Int(unit), Int(infinite) - 1))
    }
}
