/// The tokens that a walk allowed, and how far from the end they lead.
struct AllowedTokens: Sendable {
    /// One bit a token.
    var words: [UInt64]
    /// The greatest and the least number of bytes that are needed behind an allowed token.
    var farthest: Int32 = -1
    var nearest: Int32 = CompiledGrammar.infinite
    /// Nodes of the token tree at which the rule that was walked came to its end, and which have
    /// tokens below them.
    var exits: [Int32] = []

    init(vocabularyCount: Int) {
        words = [UInt64](repeating: 0, count: (vocabularyCount + 63) / 64)
    }

    mutating func insert(_ tokens: Range<Int>, of trie: TokenTrie, distance: Int32) {
        for index in tokens {
            let token = Int(trie.tokens[index])
            guard token >> 6 < words.count else { continue }
            words[token >> 6] |= 1 << UInt64(token & 63)
        }
        guard !tokens.isEmpty else { return }
        farthest = max(farthest, distance)
        nearest = min(nearest, distance)
    }
}

/// Finds the tokens that may follow a state, by walking the tree of tokens with the machine.
struct MaskBuilder {
    let trie: TokenTrie
    let vocabularyCount: Int
    var machine: PushdownMachine
    /// Nodes of the tree that walks have met, and what the machine had followed, for this mask.
    private var steps = 0
    private var firstWork = 0
    /// The states along the path of a walk, by depth.
    private var path: [WalkState]

    /// Where a walk is: mostly one symbol that only reads bytes, on known stacks; otherwise a state.
    private struct WalkState {
        var symbol: Symbol
        var below: Int32
        /// The state, or -1 for `symbol` on `below`.
        var state: Int32
    }

    init(_ machine: PushdownMachine, _ trie: TokenTrie, vocabularyCount: Int) {
        self.machine = machine
        self.trie = trie
        self.vocabularyCount = vocabularyCount
        let none = WalkState(symbol: Symbol(state: 0), below: 0, state: 0)
        path = [WalkState](repeating: none, count: trie.longest + 2)
    }

    /// Begins a mask, for which `ConstraintLimits.maskSteps` are allowed.
    mutating func begin() {
        steps = 0
        firstWork = machine.work
    }

    /// What may follow `symbol` alone; where it ends its rule, the tree's nodes are `exits`.
    mutating func local(_ symbol: Symbol) throws(ConstraintError) -> AllowedTokens {
        var allowed = AllowedTokens(vocabularyCount: vocabularyCount)
        path[0] = WalkState(symbol: symbol, below: StackStore.bottom, state: -1)
        try walk(0, limit: CompiledGrammar.infinite, notesExits: true, into: &allowed)
        return allowed
    }

    /// Adds what may follow `state` below `node` of the tree and leads no farther than `limit` bytes
    /// from the end.
    mutating func add(
        _ state: Int32, below node: Int32, limit: Int32, to allowed: inout AllowedTokens
    ) throws(ConstraintError) {
        path[0] = light(state)
        try walk(Int(node), limit: limit, notesExits: false, into: &allowed)
    }

    private mutating func walk(
        _ top: Int, limit: Int32, notesExits: Bool, into allowed: inout AllowedTokens
    ) throws(ConstraintError) {
        let end = Int(trie.ends[top])
        let topDepth = Int(trie.depths[top])
        var node = top + 1
        while node < end {
            steps += 1
            guard steps + machine.work - firstWork <= ConstraintLimits.maskSteps else {
                throw PushdownMachine.ambiguous
            }
            let depth = Int(trie.depths[node]) - topDepth
            guard let next = try advance(path[depth - 1], trie.bytes[node]) else {
                node = Int(trie.ends[node])
                continue
            }
            if let cut = loopCut(next, below: node) {
                let distance = distance(next) + cut
                if distance <= limit {
                    allowed.insert(trie.tokenRange(below: node), of: trie, distance: distance)
                    node = Int(trie.ends[node])
                    continue
                }
            }
            if trie.tokenCounts[node] > 0 {
                let distance = distance(next)
                if distance <= limit {
                    allowed.insert(trie.tokenRange(at: node), of: trie, distance: distance)
                }
            }
            if notesExits, next.state >= 0, machine.isComplete(next.state),
                Int(trie.ends[node]) > node + 1
            {
                allowed.exits.append(Int32(node))
            }
            path[depth] = next
            node += 1
        }
    }

    @inline(__always)
    private mutating func advance(
        _ place: WalkState, _ byte: UInt8
    ) throws(ConstraintError) -> WalkState? {
        guard place.state < 0 else {
            let next = try machine.step(place.state, byte)
            return next == StackStore.none ? nil : light(next)
        }
        guard let symbol = machine.grammar.next(place.symbol, byte) else { return nil }
        if machine.grammar.isLight[Int(symbol.state)] {
            return WalkState(symbol: symbol, below: place.below, state: -1)
        }
        let next = try machine.closure(symbol, place.below)
        return next == StackStore.none ? nil : light(next)
    }

    /// A state with one top that only reads bytes as that top.
    private func light(_ state: Int32) -> WalkState {
        let entries = machine.store.entries[Int(state)]
        guard entries.count == 1, !machine.isComplete(state),
            machine.grammar.isLight[Int(entries[0].symbol.state)]
        else { return WalkState(symbol: Symbol(state: 0), below: 0, state: state) }
        return WalkState(symbol: entries[0].symbol, below: entries[0].below, state: -1)
    }

    @inline(__always)
    private func distance(_ place: WalkState) -> Int32 {
        guard place.state < 0 else { return machine.distance(place.state) }
        return machine.grammar.distance(place.symbol)
            + machine.store.distances[Int(place.below)]
    }

    /// If all bytes below `node` lead back to the state that the machine is in at `node`: how many
    /// bytes a scalar that is cut off at the end of a token lacks.
    @inline(__always)
    private func loopCut(_ place: WalkState, below node: Int) -> Int32? {
        guard place.state < 0 else { return nil }
        let grammar = machine.grammar
        let below = trie.categories[node]
        let categories = grammar.loopCategories[Int(place.symbol.state)]
        guard categories != 0, below & ~categories == 0 else { return nil }
        let cut: Int32 = below & ByteCategory.scalars == 0 ? 0 : 3
        guard let counter = grammar.counter(place.symbol.state) else { return cut }
        let room = Int(counter.maximum) - Int(place.symbol.count)
        return room >= Int(trie.heights[node]) ? cut : nil
    }
}
