/// Sets of stacks, each stored once.
///
/// A set is a node: for each symbol that is the top of a stack, the set of the stacks below it; and
/// whether the empty stack belongs to it. Equal sets have the same number, so that what is found out
/// about one is found again, and the stacks of an ambiguous text share their parts.
struct StackStore {
    /// A top and the stacks below it.
    struct Entry: Hashable {
        var symbol: Symbol
        var below: Int32
    }

    private struct Key: Hashable {
        var entries: [Entry]
        var hasEmpty: Bool
    }

    /// The set of the empty stack only.
    static let bottom: Int32 = 0
    /// The set without stacks.
    static let none: Int32 = 1

    private(set) var entries: [[Entry]] = []
    private(set) var hasEmpty: [Bool] = []
    /// The bytes of the shortest text that empties a stack of the set.
    private(set) var distances: [Int32] = []
    private(set) var depths: [Int32] = []
    private var numbers: [Key: Int32] = [:]
    private var unions: [UInt64: Int32] = [:]

    init(_ grammar: CompiledGrammar) {
        _ = number(of: [], hasEmpty: true, grammar)
        _ = number(of: [], hasEmpty: false, grammar)
    }

    /// The nodes and their entries.
    private(set) var size = 0

    /// The node of these stacks; the entries have different symbols, in any order.
    mutating func number(
        of tops: [Entry], hasEmpty isEmptyIn: Bool, _ grammar: CompiledGrammar
    ) -> Int32 {
        var tops = tops
        if tops.count > 1 {
            tops.sort { ($0.symbol.state, $0.symbol.count) < ($1.symbol.state, $1.symbol.count) }
        }
        let key = Key(entries: tops, hasEmpty: isEmptyIn)
        if let number = numbers[key] { return number }
        var distance = isEmptyIn ? 0 : CompiledGrammar.infinite
        var depth: Int32 = 0
        for entry in tops {
            let below = distances[Int(entry.below)]
            distance = min(distance, grammar.distance(entry.symbol) + below)
            depth = max(depth, depths[Int(entry.below)] + 1)
        }
        let number = Int32(entries.count)
        size += 2 + tops.count
        entries.append(tops)
        hasEmpty.append(isEmptyIn)
        distances.append(distance)
        depths.append(depth)
        numbers[key] = number
        return number
    }

    /// The node of the stacks with `symbol` on one of `below`.
    mutating func push(_ symbol: Symbol, _ below: Int32, _ grammar: CompiledGrammar) -> Int32 {
        number(of: [Entry(symbol: symbol, below: below)], hasEmpty: false, grammar)
    }

    /// The node of the stacks of both.
    mutating func union(_ first: Int32, _ second: Int32, _ grammar: CompiledGrammar) -> Int32 {
        if first == second || second == Self.none { return first }
        if first == Self.none { return second }
        let pair = UInt64(UInt32(min(first, second))) << 32 | UInt64(UInt32(max(first, second)))
        if let union = unions[pair] { return union }
        var tops = entries[Int(first)]
        for entry in entries[Int(second)] {
            if let index = tops.firstIndex(where: { $0.symbol == entry.symbol }) {
                tops[index].below = union(tops[index].below, entry.below, grammar)
            } else {
                tops.append(entry)
            }
        }
        let isEmptyIn = hasEmpty[Int(first)] || hasEmpty[Int(second)]
        let union = number(of: tops, hasEmpty: isEmptyIn, grammar)
        unions[pair] = union
        return union
    }
}
