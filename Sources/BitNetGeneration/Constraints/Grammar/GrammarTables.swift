/// The flat tables of a compiled grammar while they are put together.
struct GrammarTables {
    var edgeStarts: [Int32] = [0]
    var edges: [ByteAutomaton.Edge] = []
    var callStarts: [Int32] = [0]
    /// Calls whose `start` is still the number of a rule.
    var calls: [CompiledGrammar.Call] = []
    var isLight: [Bool] = []
    var loopCategories: [UInt16] = []
    var rows: [Int32] = []
    var table: [Int32] = []

    /// States with more edges get a row of 256 targets, 1 KB each, as long as there are few.
    private static let edgesOfARow = 3
    private static let mostRows = 4_096

    mutating func append(_ state: ByteAutomaton.State, number: Int32, isLoop: Bool) {
        edges += state.edges
        edgeStarts.append(Int32(edges.count))
        calls += state.calls.map { .init(start: $0.rule, target: $0.target, isTail: false) }
        callStarts.append(Int32(calls.count))
        isLight.append(!state.isFinal && state.calls.isEmpty && !isLoop)
        loopCategories.append(Self.loopCategories(state, number))
        appendRow(state)
    }

    private mutating func appendRow(_ state: ByteAutomaton.State) {
        guard state.edges.count > Self.edgesOfARow, table.count < Self.mostRows << 8 else {
            return rows.append(-1)
        }
        rows.append(Int32(table.count >> 8))
        var row = [Int32](repeating: -1, count: 256)
        for edge in state.edges {
            for byte in edge.low...edge.high { row[Int(byte)] = edge.target }
        }
        table += row
    }

    private static func loopCategories(_ state: ByteAutomaton.State, _ number: Int32) -> UInt16 {
        var isLoop = [Bool](repeating: false, count: 256)
        for edge in state.edges where edge.target == number {
            for byte in edge.low...edge.high { isLoop[Int(byte)] = true }
        }
        guard isLoop.contains(true) else { return 0 }
        var categories = UInt16.max
        for byte in 0..<256 where !isLoop[byte] { categories &= ~ByteCategory.bits[byte] }
        return categories
    }
}

/// Finds rules that begin with themselves.
enum LeftRecursion {
    /// A cycle of `graph`, in which each rule has those that it may begin with; nil if there is none.
    static func cycle(in graph: [[Int]]) -> [Int]? {
        var isDone = [Bool](repeating: false, count: graph.count)
        var places = [Int?](repeating: nil, count: graph.count)
        for first in graph.indices where !isDone[first] {
            var path = [(rule: first, next: 0)]
            places[first] = 0
            while let (rule, next) = path.last {
                guard next < graph[rule].count else {
                    isDone[rule] = true
                    places[rule] = nil
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let begun = graph[rule][next]
                if let place = places[begun] { return path[place...].map(\.rule) }
                guard !isDone[begun] else { continue }
                places[begun] = path.count
                path.append((begun, 0))
            }
        }
        return nil
    }
}
