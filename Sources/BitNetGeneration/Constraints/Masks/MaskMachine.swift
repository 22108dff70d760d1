internal import BitNetTensors
internal import BitNetTokenizers

/// A machine with the masks of the states that were met, behind a lock of its owner.
///
/// What may follow a symbol does not depend on the stacks below it, except behind tokens that end
/// its rule. So a state's mask is put together from its symbols' own masks, which are kept, and
/// from short walks behind those ends.
struct MaskMachine {
    /// A state's mask and the most bytes that are needed behind one of its tokens.
    private struct Mask {
        var tokens: TokenMask
        var farthest: Int32
    }

    private var builder: MaskBuilder
    private let endTokens: [TokenID]
    private var masks: [Int32: Mask] = [:]
    private var locals: [LocalKey: AllowedTokens] = [:]

    /// A symbol, its count replaced by how far it is from its bounds, as far as a token can see.
    private struct LocalKey: Hashable {
        var state: Int32
        var toMinimum: Int32
        var toMaximum: Int32
    }

    init(
        _ grammar: CompiledGrammar, _ vocabulary: ConstraintVocabulary
    ) throws(ConstraintError) {
        builder = MaskBuilder(
            try PushdownMachine(grammar), vocabulary.trie,
            vocabularyCount: vocabulary.count)
        endTokens = vocabulary.endTokens.sorted()
    }

    /// Whether new texts should get a fresh machine.
    var isLarge: Bool { builder.machine.size > ConstraintLimits.freshParts }

    var start: Int32 { builder.machine.start }

    func isComplete(_ state: Int32) -> Bool { builder.machine.isComplete(state) }

    func mustEnd(_ state: Int32) -> Bool { builder.machine.mustEnd(state) }

    func distance(_ state: Int32) -> Int { Int(builder.machine.distance(state)) }

    /// The state behind `bytes`; nil if they can't follow.
    mutating func advance(
        _ state: Int32, _ bytes: [UInt8]
    ) throws(ConstraintError) -> Int32? {
        var state = state
        for byte in bytes {
            state = try builder.machine.step(state, byte)
            if state == StackStore.none { return nil }
        }
        return state
    }

    /// The tokens that may follow `state`, those that end the text included where it may end.
    ///
    /// With `remaining`, the number of tokens that are left with this one: only those behind which
    /// the text can be made whole with the others, a token for a byte; where there are none, those
    /// that lead nearest to the end.
    mutating func mask(
        _ state: Int32, remaining: Int?
    ) throws(ConstraintError) -> TokenMask {
        builder.begin()
        let mask = try mask(state)
        guard let remaining, remaining <= Int(mask.farthest) else { return mask.tokens }
        let limit = Int32(clamping: max(remaining - 1, 0))
        let near = try closing(state, limit: limit)
        if near.count > 0 { return near }
        let least = try walk(state, limit: CompiledGrammar.infinite).nearest
        return try closing(state, limit: least)
    }

    private mutating func closing(
        _ state: Int32, limit: Int32
    ) throws(ConstraintError) -> TokenMask {
        finished(try walk(state, limit: limit), state)
    }

    private mutating func walk(
        _ state: Int32, limit: Int32
    ) throws(ConstraintError) -> AllowedTokens {
        var allowed = AllowedTokens(vocabularyCount: builder.vocabularyCount)
        try builder.add(state, below: 0, limit: limit, to: &allowed)
        return allowed
    }

    private mutating func mask(_ state: Int32) throws(ConstraintError) -> Mask {
        if let mask = masks[state] { return mask }
        var allowed = AllowedTokens(vocabularyCount: builder.vocabularyCount)
        for entry in builder.machine.store.entries[Int(state)] {
            try add(entry, to: &allowed)
        }
        let mask = Mask(tokens: finished(allowed, state), farthest: allowed.farthest)
        if masks.count >= ConstraintLimits.masks { masks.removeAll(keepingCapacity: true) }
        masks[state] = mask
        return mask
    }

    /// Adds the tokens that end the text, where it may end.
    private func finished(_ allowed: AllowedTokens, _ state: Int32) -> TokenMask {
        var words = allowed.words
        if isComplete(state) {
            for token in endTokens where Int(token) < builder.vocabularyCount {
                words[Int(token) >> 6] |= 1 << UInt64(token & 63)
            }
        }
        return TokenMask(words: words, vocabularyCount: builder.vocabularyCount)
    }

    private mutating func add(
        _ entry: StackStore.Entry, to allowed: inout AllowedTokens
    ) throws(ConstraintError) {
        let local = try local(entry.symbol)
        for index in local.words.indices { allowed.words[index] |= local.words[index] }
        let distance =
            builder.machine.grammar.distance(entry.symbol)
            + builder.machine.store.distances[Int(entry.below)]
        if local.farthest > Int32.min {
            allowed.farthest = max(allowed.farthest, distance + local.farthest)
        }
        guard !local.exits.isEmpty, entry.below != StackStore.bottom else { return }
        let next = try builder.machine.returned(to: entry.below)
        guard !builder.machine.store.entries[Int(next)].isEmpty else { return }
        for node in local.exits {
            try builder.add(next, below: node, limit: CompiledGrammar.infinite, to: &allowed)
        }
    }

    /// What may follow `symbol` in its own rule; `farthest` is relative to the symbol's distance,
    /// and the least integer if nothing may.
    private mutating func local(_ symbol: Symbol) throws(ConstraintError) -> AllowedTokens {
        let key = key(of: symbol)
        if let known = locals[key] { return known }
        var allowed = try builder.local(symbol)
        let own = builder.machine.grammar.distance(symbol)
        allowed.farthest = allowed.farthest < 0 ? .min : allowed.farthest - own
        if locals.count >= ConstraintLimits.localMasks {
            locals.removeAll(keepingCapacity: true)
        }
        locals[key] = allowed
        return allowed
    }

    private func key(of symbol: Symbol) -> LocalKey {
        let longest = Int32(builder.trie.longest)
        guard let counter = builder.machine.grammar.counter(symbol.state) else {
            return LocalKey(state: symbol.state, toMinimum: 0, toMaximum: 0)
        }
        return LocalKey(
            state: symbol.state,
            toMinimum: min(max(counter.minimum - symbol.count, 0), longest + 1),
            toMaximum: min(counter.maximum - symbol.count, longest + 1))
    }
}
