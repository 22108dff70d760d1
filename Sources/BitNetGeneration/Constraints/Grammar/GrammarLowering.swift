extension GrammarExpression {
    /// About how many nodes its automaton takes.
    var weight: Int {
        switch self {
        case .empty, .never, .byte, .rule: 1
        case .bytes(let bytes): bytes.count
        case .scalar(let set): 1 + 2 * set.byteSequences.count
        case .sequence(let parts), .choice(let parts): Self.sum(parts.lazy.map(\.weight))
        case .repeated(let unit, let minimum, let maximum):
            Self.product(unit.weight, max(maximum ?? minimum + 1, 1))
        case .automaton(let automaton): automaton.states.count
        case .members(let members, let separator, let trailing):
            Self.sum(members.lazy.map { 2 * ($0.expression.weight + separator.weight) })
                + trailing.weight
        }
    }

    private static func sum(_ weights: some Sequence<Int>) -> Int {
        weights.reduce(1) { min($0 + $1, 1 << 40) }
    }

    private static func product(_ weight: Int, _ count: Int) -> Int {
        let (product, overflow) = weight.multipliedReportingOverflow(by: count)
        return overflow ? 1 << 40 : min(product, 1 << 40)
    }

    /// Calls `visit` with every rule that is called, in order.
    func forEachCall(_ visit: (Int) -> Void) {
        switch self {
        case .empty, .never, .byte, .bytes, .scalar, .automaton: break
        case .rule(let rule): visit(rule)
        case .sequence(let parts), .choice(let parts):
            for part in parts { part.forEachCall(visit) }
        case .repeated(let unit, _, _): unit.forEachCall(visit)
        case .members(let members, let separator, let trailing):
            separator.forEachCall(visit)
            trailing.forEachCall(visit)
            for member in members { member.expression.forEachCall(visit) }
        }
    }

    /// The expression with `change` made to every rule call.
    func replacingCalls(_ change: (Int) -> GrammarExpression) -> GrammarExpression {
        switch self {
        case .empty, .never, .byte, .bytes, .scalar, .automaton: return self
        case .rule(let rule): return change(rule)
        case .sequence(let parts): return .sequence(parts.map { $0.replacingCalls(change) })
        case .choice(let parts): return .choice(parts.map { $0.replacingCalls(change) })
        case .repeated(let unit, let minimum, let maximum):
            return .repeated(
                unit.replacingCalls(change), minimum: minimum, maximum: maximum)
        case .members(let members, let separator, let trailing):
            let members = members.map {
                GrammarMember(
                    expression: $0.expression.replacingCalls(change), isRequired: $0.isRequired,
                    isRepeated: $0.isRepeated)
            }
            return .members(
                members, separator: separator.replacingCalls(change),
                trailing: trailing.replacingCalls(change))
        }
    }
}

extension Grammar {
    /// Gives repetitions that are too long to be written out a counting rule of their own.
    mutating func countLongRepetitions() throws(ConstraintError) {
        var index = 0
        while index < rules.count {
            if case .expression(let expression) = rules[index].body {
                let place = rules[index].place
                rules[index].body = .expression(try counted(expression, place))
            }
            index += 1
        }
    }

    private mutating func counted(
        _ expression: GrammarExpression, _ place: String
    ) throws(ConstraintError) -> GrammarExpression {
        switch expression {
        case .empty, .never, .byte, .bytes, .scalar, .automaton, .rule: return expression
        case .sequence(let parts): return .sequence(try counted(parts, place))
        case .choice(let parts): return .choice(try counted(parts, place))
        case .members(let members, let separator, let trailing):
            var changed = members
            for index in members.indices {
                changed[index].expression = try counted(members[index].expression, place)
            }
            return .members(
                changed, separator: try counted(separator, place),
                trailing: try counted(trailing, place))
        case .repeated(let unit, let minimum, let maximum):
            let unit = try counted(unit, place)
            return try repetition(unit, minimum, maximum, place)
        }
    }

    private mutating func counted(
        _ parts: [GrammarExpression], _ place: String
    ) throws(ConstraintError) -> [GrammarExpression] {
        var changed = parts
        for index in parts.indices { changed[index] = try counted(parts[index], place) }
        return changed
    }

    private mutating func repetition(
        _ unit: GrammarExpression, _ minimum: Int, _ maximum: Int?, _ place: String
    ) throws(ConstraintError) -> GrammarExpression {
        let whole = GrammarExpression.repeated(unit, minimum: minimum, maximum: maximum)
        guard max(minimum, maximum ?? 0) <= ConstraintLimits.repetitions else {
            throw ConstraintError(
                .tooLarge, place: place, found: "a repetition of \(max(minimum, maximum ?? 0))",
                expected: "at most \(ConstraintLimits.repetitions)")
        }
        if whole.weight <= ConstraintLimits.expandedNodes { return whole }
        let rule = add("a repeated part", place: place, .expression(unit))
        let call = GrammarExpression.rule(rule)
        guard let maximum else {
            let rest = GrammarExpression.repeated(call, minimum: 0, maximum: nil)
            guard minimum > 1 else {
                return minimum == 1 ? .sequence([call, rest]) : rest
            }
            return .sequence([loop(rule, minimum, minimum, place), rest])
        }
        return loop(rule, minimum, maximum, place)
    }

    private mutating func loop(
        _ rule: Int, _ minimum: Int, _ maximum: Int, _ place: String
    ) -> GrammarExpression {
        let body = GrammarRule.Body.loop(rule: rule, minimum: minimum, maximum: maximum)
        return .rule(add("a repetition", place: place, body))
    }
}
