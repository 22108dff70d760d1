/// Recognises texts byte by byte: a state is the set of all stacks that the text so far may have
/// led to, with states that read bytes on top.
///
/// States are numbers of a `StackStore`; the empty stack in a state says that the text is whole.
/// States that were met before cost one look-up a byte.
struct PushdownMachine {
    let grammar: CompiledGrammar
    private(set) var store: StackStore
    /// The first state.
    private(set) var start: Int32 = 0
    private var closures: [Place: Int32] = [:]
    /// For each state its row in `table`, or -1; shorter than the states where none has one.
    private var rows: [Int32] = []
    /// Rows of 256 states: -1 for one that is not known yet.
    private var table: [Int32] = []

    /// How many places have been followed.
    private(set) var work = 0

    /// The parts of stacks that it knows.
    var size: Int { store.size + closures.count }

    /// A symbol with the stacks below it.
    private struct Place: Hashable {
        var symbol: Symbol
        var below: Int32
    }

    init(_ grammar: CompiledGrammar) throws(ConstraintError) {
        self.grammar = grammar
        store = StackStore(grammar)
        start = try closure(grammar.start, StackStore.bottom)
    }

    /// Whether the text that led to `state` is whole.
    func isComplete(_ state: Int32) -> Bool { store.hasEmpty[Int(state)] }

    /// Whether nothing can follow the text that led to `state`.
    func mustEnd(_ state: Int32) -> Bool { store.entries[Int(state)].isEmpty }

    /// The bytes of the shortest text that makes the one that led to `state` whole.
    func distance(_ state: Int32) -> Int32 { store.distances[Int(state)] }

    /// The state behind `byte`; `StackStore.none` if it can't follow.
    mutating func step(_ state: Int32, _ byte: UInt8) throws(ConstraintError) -> Int32 {
        let row = self.row(of: state)
        let known = table[row << 8 | Int(byte)]
        if known >= 0 { return known }
        var next = StackStore.none
        work += store.entries[Int(state)].count
        for entry in store.entries[Int(state)] {
            guard let symbol = grammar.next(entry.symbol, byte) else { continue }
            next = store.union(next, try self.state(of: symbol, entry.below), grammar)
        }
        try check(next)
        table[row << 8 | Int(byte)] = next
        return next
    }

    private mutating func row(of state: Int32) -> Int {
        if Int(state) < rows.count, rows[Int(state)] >= 0 { return Int(rows[Int(state)]) }
        if table.count >= ConstraintLimits.rows << 8 {
            rows.removeAll(keepingCapacity: true)
            table.removeAll(keepingCapacity: true)
        }
        while rows.count <= Int(state) { rows.append(-1) }
        let row = table.count >> 8
        rows[Int(state)] = Int32(row)
        table.append(contentsOf: repeatElement(-1, count: 256))
        return row
    }

    /// The state of `symbol` on `below`, which may call, return or only read.
    mutating func state(of symbol: Symbol, _ below: Int32) throws(ConstraintError) -> Int32 {
        if grammar.isLight[Int(symbol.state)] { return store.push(symbol, below, grammar) }
        return try closure(symbol, below)
    }

    /// The state behind the end of a rule whose caller's stacks are `below`.
    mutating func returned(to below: Int32) throws(ConstraintError) -> Int32 {
        var state = StackStore.none
        for entry in store.entries[Int(below)] {
            state = store.union(
                state, try self.state(of: entry.symbol, entry.below), grammar)
        }
        return state
    }

    /// Follows calls and returns from `symbol` on `below` until bytes are to be read.
    mutating func closure(
        _ symbol: Symbol, _ below: Int32
    ) throws(ConstraintError) -> Int32 {
        let place = Place(symbol: symbol, below: below)
        if let known = closures[place] { return known }
        var search = Search()
        search.visit(place)
        while let place = search.open.popLast() {
            follow(place, &search)
            guard search.seen.count <= ConstraintLimits.places else { throw Self.ambiguous }
        }
        work += search.seen.count
        var tops: [StackStore.Entry] = []
        for (symbol, below) in search.tops {
            tops.append(StackStore.Entry(symbol: symbol, below: below))
        }
        let state = store.number(of: tops, hasEmpty: search.hasEmpty, grammar)
        try check(state)
        closures[place] = state
        return state
    }

    /// The places a closure has met, and what it came to.
    private struct Search {
        var open: [Place] = []
        var seen: Set<Place> = []
        var tops: [Symbol: Int32] = [:]
        var hasEmpty = false

        /// Notes a place to follow; `key` stands for places that come to the same.
        mutating func visit(_ place: Place, as key: Place? = nil) {
            if seen.insert(key ?? place).inserted { open.append(place) }
        }
    }

    private mutating func follow(_ place: Place, _ search: inout Search) {
        let state = Int(place.symbol.state)
        if case .loop(let loop) = grammar.roles[state] {
            return follow(loop, place, &search)
        }
        if grammar.edgeStarts[state] < grammar.edgeStarts[state + 1] {
            let known = search.tops[place.symbol] ?? StackStore.none
            search.tops[place.symbol] = store.union(known, place.below, grammar)
        }
        for index in Int(grammar.callStarts[state])..<Int(grammar.callStarts[state + 1]) {
            let call = grammar.calls[index]
            let target = Symbol(state: call.target)
            guard let below = call.isTail ? place.below : push(target, place.below) else {
                continue
            }
            search.visit(Place(symbol: Symbol(state: call.start), below: below))
        }
        if grammar.isFinal[state] { leave(place.below, &search) }
    }

    private mutating func follow(
        _ loop: CompiledGrammar.Loop, _ place: Place, _ search: inout Search
    ) {
        let count = place.symbol.count
        if count >= loop.minimum || loop.isUnitNullable { leave(place.below, &search) }
        guard count < loop.maximum else { return }
        let again = Symbol(state: place.symbol.state, count: count + 1)
        let isLast = count + 1 == loop.maximum
        guard let below = isLast ? place.below : push(again, place.below) else { return }
        let unit = Place(symbol: Symbol(state: loop.rule), below: below)
        // Units that may be empty come back with greater counts that allow no more than this one.
        let key = Place(symbol: Symbol(state: place.symbol.state, count: -1), below: place.below)
        search.visit(unit, as: loop.isUnitNullable ? key : nil)
    }

    private mutating func push(_ symbol: Symbol, _ below: Int32) -> Int32? {
        guard Int(store.depths[Int(below)]) < ConstraintLimits.depth else { return nil }
        return store.push(symbol, below, grammar)
    }

    private func leave(_ below: Int32, _ search: inout Search) {
        if store.hasEmpty[Int(below)] { search.hasEmpty = true }
        for entry in store.entries[Int(below)] {
            search.visit(Place(symbol: entry.symbol, below: entry.below))
        }
    }

    private func check(_ state: Int32) throws(ConstraintError) {
        guard store.entries[Int(state)].count <= ConstraintLimits.places,
            size <= ConstraintLimits.allParts
        else { throw Self.ambiguous }
    }

    static let ambiguous = ConstraintError(
        .tooLarge, place: "the generated text",
        found: "too many ways to read it as the grammar says",
        expected: "a less ambiguous grammar")
}
