/// A regular expression as it was read.
indirect enum RegexNode {
    case empty
    case scalar(ScalarSet)
    case sequence([RegexNode])
    case choice([RegexNode])
    case repeated(RegexNode, minimum: Int, maximum: Int?)
    /// `^`
    case start
    /// `$`
    case end

    /// The least and the greatest number of characters; nil for no bound.
    var length: (minimum: Int, maximum: Int?) {
        switch self {
        case .empty, .start, .end: return (0, 0)
        case .scalar: return (1, 1)
        case .sequence(let parts):
            return parts.reduce((0, 0)) { sum, part in
                let length = part.length
                return (
                    Self.clamp(sum.0 + length.minimum),
                    sum.1.flatMap { a in length.maximum.map { Self.clamp(a + $0) } }
                )
            }
        case .choice(let parts):
            let lengths = parts.map(\.length)
            let isBounded = lengths.allSatisfy { $0.maximum != nil }
            return (
                lengths.map(\.minimum).min() ?? 0,
                isBounded ? lengths.compactMap(\.maximum).max() ?? 0 : nil
            )
        case .repeated(let unit, let minimum, let maximum):
            let length = unit.length
            let greatest =
                length.maximum == 0
                ? 0
                : maximum.flatMap { count in
                    length.maximum.map { Self.clamp($0 * count) }
                }
            return (Self.clamp(length.minimum * minimum), greatest)
        }
    }

    private static func clamp(_ count: Int) -> Int { min(count, 1 << 30) }

    /// What it matches, each set of characters written as `encode` says; anchors match nothing.
    func expression(_ encode: (ScalarSet) -> GrammarExpression) -> GrammarExpression {
        switch self {
        case .empty, .start, .end: return .empty
        case .scalar(let set): return encode(set)
        case .sequence(let parts): return .sequence(parts.map { $0.expression(encode) })
        case .choice(let parts): return .choice(parts.map { $0.expression(encode) })
        case .repeated(let unit, let minimum, let maximum):
            return .repeated(unit.expression(encode), minimum: minimum, maximum: maximum)
        }
    }

    /// Whether an anchor is anywhere in it.
    var hasAnchor: Bool {
        switch self {
        case .start, .end: return true
        case .empty, .scalar: return false
        case .sequence(let parts), .choice(let parts): return parts.contains(where: \.hasAnchor)
        case .repeated(let unit, _, _): return unit.hasAnchor
        }
    }

    /// The expression for a whole text in which this one is found somewhere, without anchors; nil if
    /// an anchor is elsewhere than at the beginning or the end of an alternative.
    var searching: RegexNode? { unanchored(isWhole: false) }

    /// The expression for a whole text that this one matches, without anchors; nil as above.
    var matching: RegexNode? { unanchored(isWhole: true) }

    private func unanchored(isWhole: Bool) -> RegexNode? {
        var alternatives: [RegexNode] = []
        for parts in flattened {
            var parts = parts
            var isStart = isWhole
            var isEnd = isWhole
            while case .start? = parts.first { (parts, isStart) = (Array(parts.dropFirst()), true) }
            while case .end? = parts.last { (parts, isEnd) = (Array(parts.dropLast()), true) }
            guard !parts.contains(where: \.hasAnchor) else { return nil }
            let any = RegexNode.repeated(.scalar(.all), minimum: 0, maximum: nil)
            alternatives.append(.sequence((isStart ? [] : [any]) + parts + (isEnd ? [] : [any])))
        }
        return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
    }

    /// The alternatives as lists of parts, of which the first and the last are no groups with anchors.
    private var flattened: [[RegexNode]] {
        switch self {
        case .choice(let parts): return parts.flatMap(\.flattened)
        case .sequence(let parts):
            guard let first = parts.first else { return [[]] }
            if case .choice = first, first.hasAnchor {
                return first.flattened.flatMap { alternative in
                    RegexNode.sequence(alternative + parts.dropFirst()).flattened
                }
            }
            if case .sequence(let inner) = first, first.hasAnchor {
                return RegexNode.sequence(inner + parts.dropFirst()).flattened
            }
            guard let last = parts.last, parts.count > 1, last.hasAnchor else { return [parts] }
            switch last {
            case .choice:
                return last.flattened.map { Array(parts.dropLast()) + $0 }
            case .sequence(let inner):
                return RegexNode.sequence(parts.dropLast() + inner).flattened
            default: return [parts]
            }
        default: return [[self]]
        }
    }
}
